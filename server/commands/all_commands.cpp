#include "server/commands/all_commands.h"

#include "server/commands/acl/acl.h"
#include "server/commands/bitmaps/bitmaps.h"
#include "server/commands/cluster/cluster.h"
#include "server/commands/connection/connection.h"
#include "server/commands/geo/geo.h"
#include "server/commands/hashes/hashes.h"
#include "server/commands/hyperloglog/hyperloglog.h"
#include "server/commands/introspection/introspection.h"
#include "server/commands/keys/keys.h"
#include "server/commands/lists/lists.h"
#include "server/commands/persistence/persistence.h"
#include "server/commands/pubsub/pubsub.h"
#include "server/commands/replication/replication.h"
#include "server/commands/sets/sets.h"
#include "server/commands/strings/strings.h"
#include "server/commands/transactions/transactions.h"
#include "server/commands/zsets/zsets.h"

namespace server {
namespace {

// The one list of families. A family's header names the lists of its files. One line each, so that
// additions do not conflict.
// clang-format off
using FamilyCommands = std::span<const CommandEntry> (*)();
constexpr FamilyCommands kServerFamilies[] = {
    ConnectionBasicCommands,
    ConnectionHelloCommands,
    ClientSelfCommands,
    ClientOthersCommands,
    ClientWaitingCommands,
    ServerInfoCommands,
    AclUserCommands,
    AclInspectionCommands,
    ConfigCommands,
    CommandTableCommands,
    SlowLogCommands,
    LatencyCommands,
    DebugCommands,
    MemoryCommands,
    ModuleCommands,
    ShutdownCommands,
    LolwutCommands,
    AppendOnlyCommands, SavingCommands,
    ReplicaOfCommands,
    ReplicaLinkCommands,
    ReplicaWaitCommands,
    ClusterCommands,
    ClusterNodeCommands,
    ClusterSlotCommands,
    ClusterRoutingCommands,
    MonitorCommands,
    MultiExecCommands,
    WatchCommands,
    SubscribeCommands,
    PublishCommands,
    PubSubInfoCommands,
};
constexpr FamilyCommands kDataFamilies[] = {
    KeyLifecycleCommands,
    KeyTransferCommands,
    KeyDumpCommands,
    KeyDatabaseCommands,
    KeyScanCommands,
    KeyExpiryCommands,
    KeyLifetimeCommands,
    KeyObjectCommands,
    KeySortCommands,
    StringGetSetCommands,
    StringExpiringCommands,
    StringCounterCommands,
    StringRangeCommands,
    StringMultiCommands,
    StringLcsCommands,
    BitmapBitCommands,
    BitmapBitOpCommands,
    BitmapFieldCommands,
    HashFieldCommands,
    HashWholeCommands,
    HashCounterCommands,
    HashFieldExpiryCommands,
    HashFieldLifetimeCommands,
    HashFieldExchangeCommands,
    SetMemberCommands,
    SetRandomCommands,
    SetAlgebraCommands,
    ListPushPopCommands,
    ListRangeCommands,
    ListEditCommands,
    ListMoveCommands,
    ListPopFirstCommands,
    HyperLogLogCommands,
    HyperLogLogDebugCommands,
    SortedSetMemberCommands,
    SortedSetRankCommands,
    SortedSetRangeCommands,
    SortedSetOldRangeCommands,
    SortedSetRemovalCommands,
    SortedSetPopCommands,
    SortedSetBlockingCommands,
    SortedSetScanCommands,
    SortedSetAlgebraCommands,
    SortedSetAlgebraStoreCommands,
    GeoPlaceCommands,
    GeoSearchCommands,
    GeoRadiusCommands,
};
// clang-format on

}  // namespace

std::vector<CommandEntry> AllCommands() {
  std::vector<CommandEntry> all;
  const auto add = [&](FamilyCommands family) {
    const auto commands = family();
    all.insert(all.end(), commands.begin(), commands.end());
  };
  for (const FamilyCommands family : kServerFamilies) add(family);
  for (const FamilyCommands family : kDataFamilies) add(family);
  return all;
}

}  // namespace server
