// Places: adding, measuring, finding. The numbers are those of redis-server.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/both_protocols.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kPalermo = Bulk("Palermo");
const std::string kCatania = Bulk("Catania");

void PutSicily(BothProtocols& both) {
  both.Check(
      {"GEOADD", "g", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania"},
      ":2\r\n");
}

}  // namespace

TEST_CASE("GEOADD adds places as members of a sorted set") {
  BothProtocols both;
  PutSicily(both);
  both.CheckEvents("n new@0 g, z zadd@0 g");
  both.Check({"TYPE", "g"}, "+zset\r\n");
  both.Check({"ZSCORE", "g", "Palermo"}, Bulk("3479099956230698"), ",3479099956230698\r\n");
  both.Check({"GEOADD", "g", "XX", "CH", "13", "38", "Palermo", "1", "1", "x"}, ":1\r\n");
  both.Check({"GEOADD", "g", "NX", "13", "38.5", "Palermo"}, ":0\r\n");
  both.CheckRefused({"GEOADD", "g", "200", "10", "x"},
                    "ERR invalid longitude,latitude pair 200.000000,10.000000");
  both.CheckRefused({"GEOADD", "g", "x", "10", "x"}, "ERR value is not a valid float");
  both.CheckRefused({"GEOADD", "g", "NX", "XX", "1", "1", "x"}, "ERR syntax error");
  both.CheckRefused({"GEOADD", "g", "1", "1", "x", "1"}, "ERR syntax error");
}

TEST_CASE("GEODIST measures between two places in four units") {
  BothProtocols both;
  PutSicily(both);
  both.Check({"GEODIST", "g", "Palermo", "Catania"}, Bulk("166274.1516"));
  both.Check({"GEODIST", "g", "Palermo", "Catania", "km"}, Bulk("166.2742"));
  both.Check({"GEODIST", "g", "Palermo", "Catania", "MI"}, Bulk("103.3182"));
  both.Check({"GEODIST", "g", "Palermo", "x"}, kNull, kNull3);
  both.Check({"GEODIST", "missing", "a", "b"}, kNull, kNull3);
  both.CheckRefused({"GEODIST", "g", "Palermo", "Catania", "parsec"},
                    "ERR unsupported unit provided. please use M, KM, FT, MI");
}

TEST_CASE("GEOHASH and GEOPOS tell where a place is") {
  BothProtocols both;
  PutSicily(both);
  both.Check({"GEOHASH", "g", "Palermo", "Catania", "x"},
             Array({Bulk("sqc8b49rny0"), Bulk("sqdtr74hyu0"), kNull}),
             Array({Bulk("sqc8b49rny0"), Bulk("sqdtr74hyu0"), kNull3}));
  const std::string kLongitude = "13.36138933897018433";
  const std::string kLatitude = "38.11555639549629859";
  both.Check({"GEOPOS", "g", "Palermo", "x"},
             Array({Array({Bulk(kLongitude), Bulk(kLatitude)}), "*-1\r\n"}),
             Array({Array({"," + kLongitude + "\r\n", "," + kLatitude + "\r\n"}), kNull3}));
}

TEST_CASE("GEOSEARCH finds what lies in a circle or a box") {
  BothProtocols both;
  PutSicily(both);
  both.Check({"GEOSEARCH", "g", "FROMLONLAT", "15", "37", "BYRADIUS", "200", "km", "ASC"},
             Array({kCatania, kPalermo}));
  both.Check({"GEOSEARCH", "g", "FROMLONLAT", "15", "37", "BYBOX", "400", "400", "km", "DESC"},
             Array({kPalermo, kCatania}));
  both.Check(
      {"GEOSEARCH", "g", "FROMMEMBER", "Palermo", "BYRADIUS", "10", "km", "WITHDIST", "WITHHASH"},
      Array({Array({kPalermo, Bulk("0.0000"), ":3479099956230698\r\n"})}));
  both.Check({"GEOSEARCH", "g", "FROMLONLAT", "15", "37", "BYRADIUS", "200", "km", "COUNT", "1"},
             Array({kCatania}));
  both.Check({"GEOSEARCH", "missing", "FROMMEMBER", "x", "BYRADIUS", "1", "m"}, "*0\r\n");
  both.CheckRefused({"GEOSEARCH", "g", "FROMMEMBER", "x", "BYRADIUS", "1", "m"},
                    "ERR could not decode requested zset member");
  both.CheckRefused({"GEOSEARCH", "g", "BYRADIUS", "1", "m", "ASC", "DESC"},
                    "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH");
  both.CheckRefused({"GEOSEARCH", "g", "FROMLONLAT", "1", "1", "ASC", "ASC"},
                    "ERR exactly one of BYRADIUS "
                    "and BYBOX can be specified for "
                    "GEOSEARCH");
  both.CheckRefused({"GEOSEARCH", "g", "FROMLONLAT", "1", "1", "BYRADIUS", "1", "m", "ANY"},
                    "ERR the ANY argument requires COUNT argument");
}

TEST_CASE("GEOSEARCH finds places on the last border of the grid from there") {
  BothProtocols both;
  both.Check({"GEOADD", "g", "11.3973", "85.05112878", "m1"}, ":1\r\n");
  both.Check({"GEOSEARCH", "g", "FROMLONLAT", "10.1824", "85.05112878", "BYRADIUS", "250000", "FT",
              "WITHHASH"},
             Array({Array({Bulk("m1"), ":6764196214218760\r\n"})}));
}

TEST_CASE("GEOSEARCHSTORE and GEORADIUS STORE keep what they find") {
  BothProtocols both;
  PutSicily(both);
  both.Check({"GEOSEARCHSTORE", "t", "g", "FROMLONLAT", "15", "37", "BYRADIUS", "100", "km"},
             ":1\r\n");
  both.CheckEvents("n new@0 t, z geosearchstore@0 t");
  both.Check({"ZRANGE", "t", "0", "-1"}, Array({kCatania}));
  both.Check({"GEORADIUS", "g", "15", "37", "200", "km", "STOREDIST", "t"}, ":2\r\n");
  both.CheckEvents("z georadiusstore@0 t");
  both.Check({"ZRANGE", "t", "0", "-1"}, Array({kCatania, kPalermo}));
  both.Check({"GEORADIUSBYMEMBER", "g", "Catania", "1", "m", "STORE", "t"}, ":1\r\n");
  both.Check({"GEOSEARCHSTORE", "t", "g", "FROMLONLAT", "0", "0", "BYRADIUS", "1", "m"}, ":0\r\n");
  both.CheckEvents("g del@0 t");
  both.CheckRefused({"GEORADIUS", "g", "15", "37", "200", "km", "STORE", "t", "WITHDIST"},
                    "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and "
                    "WITHCOORD options");
  both.CheckRefused({"GEORADIUS_RO", "g", "15", "37", "200", "km", "STORE", "t"},
                    "ERR syntax error");
}
