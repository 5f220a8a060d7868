#include "server/pubsub/subscriptions.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/client/client_limits.h"
#include "server/engine_state.h"
#include "storage/base/check.h"
#include "storage/base/glob.h"

namespace server {
namespace {

using protocol::resp::Version;

// A name's share of a client's memory besides its bytes: a node of the map, a place in a list.
constexpr size_t kBytesOfSubscription = 96;

std::string_view LiteralPrefix(std::string_view pattern) {
  return pattern.substr(0, pattern.find_first_of("*?[\\"));
}

// The bytes of a large message, kept as long as some connection has them to send.
struct SharedText {
  std::string bytes;
  size_t references = 1;
};

void Release(void* owner) {
  SharedText* text = static_cast<SharedText*>(owner);
  if (--text->references == 0) delete text;
}

}  // namespace

size_t Subscriptions::Hash::operator()(std::string_view name) const {
  return owner->engine_.keyspace.hasher()(name);
}

// --- lists --------------------------------------------------------------------------------------

bool Subscriptions::Add(Client& client, SubscriptionKind kind, std::string_view name) {
  if (client.subscriptions == nullptr) {
    client.subscriptions = std::make_unique<ClientSubscriptions>();
  }
  ClientSubscriptions& own = *client.subscriptions;
  if (own.of(kind).contains(name)) return false;
  if (own.empty()) {
    ++clients_;
    client.set(kIsSubscriber, true);
  }
  Lists& lists = lists_[Index(kind)];
  auto list = lists.find(name);
  if (list == lists.end()) {
    list = lists.emplace(std::string(name), Subscribers()).first;
    if (kind == SubscriptionKind::kPattern) AddToPrefixes(*list);
  }
  own.of(kind).emplace(std::string(name), list->second.size());
  own.memory += name.size() + kBytesOfSubscription;
  list->second.push_back(&client);
  return true;
}

bool Subscriptions::Remove(Client& client, SubscriptionKind kind, std::string_view name) {
  if (client.subscriptions == nullptr) return false;
  ClientSubscriptions& own = *client.subscriptions;
  const auto place = own.of(kind).find(name);
  if (place == own.of(kind).end()) return false;
  Lists& lists = lists_[Index(kind)];
  const auto list = lists.find(name);
  CHECK_INVARIANT(list != lists.end());
  // The last one moves into the gap, and learns its new place.
  Subscribers& subscribers = list->second;
  Client* const moved = subscribers.back();
  subscribers[place->second] = moved;
  subscribers.pop_back();
  if (moved != &client) moved->subscriptions->of(kind).find(name)->second = place->second;
  own.memory -= name.size() + kBytesOfSubscription;
  own.of(kind).erase(place);  // `name` may have been its key
  if (subscribers.empty()) {
    if (kind == SubscriptionKind::kPattern) RemoveFromPrefixes(*list);
    lists.erase(list);
  }
  if (own.empty()) {
    --clients_;
    client.set(kIsSubscriber, false);
  }
  return true;
}

void Subscriptions::RemoveAll(Client& client) {
  if (client.subscriptions == nullptr) return;
  for (size_t kind = 0; kind < kSubscriptionKinds; ++kind) {
    const auto& names = client.subscriptions->names[kind];
    while (!names.empty()) {
      const std::string name = names.begin()->first;
      Remove(client, static_cast<SubscriptionKind>(kind), name);
    }
  }
}

void Subscriptions::AddToPrefixes(const Lists::value_type& pattern) {
  const std::string_view prefix = LiteralPrefix(pattern.first);
  auto found = prefixes_.find(prefix);
  if (found == prefixes_.end()) {
    found = prefixes_.emplace(std::string(prefix), PatternList()).first;
    ++prefix_lengths_[prefix.size()];
  }
  found->second.push_back(&pattern);
}

void Subscriptions::RemoveFromPrefixes(const Lists::value_type& pattern) {
  const auto found = prefixes_.find(LiteralPrefix(pattern.first));
  CHECK_INVARIANT(found != prefixes_.end());
  std::erase(found->second, &pattern);
  if (!found->second.empty()) return;
  const auto length = prefix_lengths_.find(found->first.size());
  if (--length->second == 0) prefix_lengths_.erase(length);
  prefixes_.erase(found);
}

size_t Subscriptions::SubscribersOf(SubscriptionKind kind, std::string_view name) const {
  const auto found = lists_[Index(kind)].find(name);
  return found == lists_[Index(kind)].end() ? 0 : found->second.size();
}

void Subscriptions::ForEachName(SubscriptionKind kind,
                                const std::function<void(std::string_view name)>& visit) const {
  for (const auto& [name, subscribers] : lists_[Index(kind)]) visit(name);
}

// --- messages -----------------------------------------------------------------------------------

// One message as each protocol version has it, made when it is first needed.
struct Subscriptions::Encoded {
  std::string_view word;
  std::string_view pattern;  // empty data: none
  std::string_view name;
  std::string_view message;
  SharedText* texts[2] = {nullptr, nullptr};

  ~Encoded() {
    for (SharedText* text : texts) {
      if (text != nullptr) Release(text);
    }
  }

  SharedText& For(Version version) {
    SharedText*& text = texts[version == Version::kResp3 ? 1 : 0];
    if (text == nullptr) text = new SharedText{Encode(version)};
    return *text;
  }

  std::string Encode(Version version) const {
    const bool has_pattern = pattern.data() != nullptr;
    std::string wire(1, version == Version::kResp3 ? '>' : '*');
    wire += has_pattern ? "4\r\n" : "3\r\n";
    const auto append = [&wire](std::string_view bytes) {
      wire += '$';
      wire += std::to_string(bytes.size());
      wire += "\r\n";
      wire += bytes;
      wire += "\r\n";
    };
    wire.reserve(wire.size() + name.size() + pattern.size() + message.size() + 128);
    append(word);
    if (has_pattern) append(pattern);
    append(name);
    append(message);
    return wire;
  }
};

void Subscriptions::Deliver(const Subscribers& subscribers, Encoded& encoded) {
  for (Client* client : subscribers) {
    SharedText& text = encoded.For(client->reply.version());
    if (client->id == engine_.running_client) [[unlikely]] {
      own_messages_ += text.bytes;
      own_messages_of_ = client->id;
      continue;
    }
    RespSession& session = static_cast<RespSession&>(client->session);
    if (text.bytes.size() < protocol::resp::ReplyWriter::kSharedBytesMin) {
      session.output.Append(text.bytes);
    } else {
      ++text.references;
      session.output.AppendShared({text.bytes.data(), text.bytes.size(), &text, Release});
    }
    engine_.Touch(session);
    if (session.unsent_bytes() >= engine_.output_limit_min) [[unlikely]]
      overfull_.push_back(client->id);
  }
}

size_t Subscriptions::Publish(SubscriptionKind kind, std::string_view name,
                              std::string_view message) {
  size_t receivers = 0;
  const Lists& lists = lists_[Index(kind)];
  const auto found = lists.empty() ? lists.end() : lists.find(name);
  if (found != lists.end()) {
    const bool is_shard = kind == SubscriptionKind::kShard;
    Encoded encoded{
        .word = is_shard ? "smessage" : "message", .pattern = {}, .name = name, .message = message};
    Deliver(found->second, encoded);
    receivers = found->second.size();
  }
  if (kind == SubscriptionKind::kExact && !prefixes_.empty()) {
    receivers += PublishToPatterns(name, message);
  }
  // Closing a client changes the lists, so it is left for the end.
  if (!overfull_.empty()) [[unlikely]]
    CloseOverfull();
  return receivers;
}

size_t Subscriptions::PublishToPatterns(std::string_view name, std::string_view message) {
  size_t receivers = 0;
  for (const auto& [length, count] : prefix_lengths_) {
    if (length > name.size()) break;
    const auto found = prefixes_.find(name.substr(0, length));
    if (found == prefixes_.end()) continue;
    for (const Lists::value_type* pattern : found->second) {
      if (!storage::GlobMatches(pattern->first, name)) continue;
      Encoded encoded{
          .word = "pmessage", .pattern = pattern->first, .name = name, .message = message};
      Deliver(pattern->second, encoded);
      receivers += pattern->second.size();
    }
  }
  return receivers;
}

void Subscriptions::DeliverOwn() {
  RespSession* session = engine_.clients.Find(own_messages_of_);
  if (session != nullptr) session->output.Append(own_messages_);
  own_messages_.clear();
}

void Subscriptions::CloseOverfull() {
  for (const ClientId id : std::exchange(overfull_, {})) {
    RespSession* session = engine_.clients.Find(id);
    if (session != nullptr) CheckOutputLimit(engine_, *session);
  }
}

void Subscriptions::CheckInvariants() const {
  size_t patterns = 0;
  for (const auto& [prefix, list] : prefixes_) {
    CHECK_INVARIANT(!list.empty());
    patterns += list.size();
    for (const auto* pattern : list) CHECK_INVARIANT(LiteralPrefix(pattern->first) == prefix);
  }
  CHECK_INVARIANT(patterns == count(SubscriptionKind::kPattern));
  size_t lengths = 0;
  for (const auto& [length, count] : prefix_lengths_) lengths += count;
  CHECK_INVARIANT(lengths == prefixes_.size());
  size_t listed = 0;
  for (size_t kind = 0; kind < kSubscriptionKinds; ++kind) {
    for (const auto& [name, subscribers] : lists_[kind]) {
      CHECK_INVARIANT(!subscribers.empty());
      listed += subscribers.size();
      for (size_t place = 0; place < subscribers.size(); ++place) {
        const auto& names = subscribers[place]->subscriptions->names[kind];
        const auto own = names.find(name);
        CHECK_INVARIANT(own != names.end() && own->second == place);
      }
    }
  }
  size_t subscribed = 0;
  size_t subscribing = 0;
  for (const auto& [id, session] : engine_.clients) {
    const Client& client = session->client;
    const bool has_some = client.subscriptions != nullptr && !client.subscriptions->empty();
    CHECK_INVARIANT(client.is(kIsSubscriber) == has_some);
    if (!has_some) continue;
    ++subscribing;
    for (const auto& names : client.subscriptions->names) subscribed += names.size();
  }
  CHECK_INVARIANT(subscribed == listed && subscribing == clients_);
}

}  // namespace server
