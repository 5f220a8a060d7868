#include "storage/broker/vhost.h"

#include <algorithm>

#include "storage/base/check.h"

namespace storage::broker {
namespace {

using Kind = BrokerError::Kind;

constexpr std::string_view kReservedPrefix = "amq.";

std::unexpected<BrokerError> Refuse(Kind kind, std::string_view subject) {
  return std::unexpected(BrokerError{.kind = kind, .subject = std::string(subject)});
}

std::unexpected<BrokerError> Inequivalent(std::string_view subject, std::string_view argument,
                                          std::string received, std::string current) {
  return std::unexpected(BrokerError{.kind = Kind::kInequivalent,
                                     .subject = std::string(subject),
                                     .argument = std::string(argument),
                                     .received = std::move(received),
                                     .current = std::move(current)});
}

std::string BoolText(bool is_true) {
  return is_true ? "'true'" : "'false'";
}

std::string ValueText(const Value* value) {
  if (value == nullptr) return "none";
  const bool is_text = value->kind == Value::Kind::kText || value->kind == Value::Kind::kOpaque;
  std::string shown = is_text ? value->text : std::to_string(value->integer);
  if (value->kind == Value::Kind::kBool) shown = value->integer != 0 ? "true" : "false";
  return "the value '" + shown + "' of type '" + std::string(value->type_name) + "'";
}

Outcome<void> CheckSame(const ExchangeDeclaration& received, const ExchangeDeclaration& current) {
  const auto differs = [&](std::string_view argument, std::string said, std::string is) {
    return Inequivalent(received.name, argument, std::move(said), std::move(is));
  };
  if (received.type != current.type) {
    return differs("type", "'" + std::string(NameOf(received.type)) + "'",
                   "'" + std::string(NameOf(current.type)) + "'");
  }
  if (received.is_durable != current.is_durable) {
    return differs("durable", BoolText(received.is_durable), BoolText(current.is_durable));
  }
  if (received.deletes_itself != current.deletes_itself) {
    return differs("auto_delete", BoolText(received.deletes_itself),
                   BoolText(current.deletes_itself));
  }
  if (received.is_internal != current.is_internal) {
    return differs("internal", BoolText(received.is_internal), BoolText(current.is_internal));
  }
  const Value* said = received.arguments.Find(Exchange::kAlternate);
  const Value* is = current.arguments.Find(Exchange::kAlternate);
  const bool is_same = said == nullptr || is == nullptr ? said == is : *said == *is;
  if (!is_same) return differs(Exchange::kAlternate, ValueText(said), ValueText(is));
  return {};
}

Outcome<void> CheckSame(const QueueDeclaration& received, const QueueDeclaration& current) {
  if (received.is_exclusive != current.is_exclusive) return Refuse(Kind::kLocked, received.name);
  if (received.is_durable != current.is_durable) {
    return Inequivalent(received.name, "durable", BoolText(received.is_durable),
                        BoolText(current.is_durable));
  }
  if (received.deletes_itself != current.deletes_itself) {
    return Inequivalent(received.name, "auto_delete", BoolText(received.deletes_itself),
                        BoolText(current.deletes_itself));
  }
  const char* name = FindDifference(received.arguments, current.arguments);
  if (name == nullptr) return {};
  return Inequivalent(received.name, name, ValueText(received.arguments.Find(name)),
                      ValueText(current.arguments.Find(name)));
}

}  // namespace

Vhost::Vhost(const Surroundings& surroundings, std::string name)
    : surroundings_(surroundings),
      name_(std::move(name)),
      exchanges_(0, NameHash{&surroundings.hasher}),
      queues_(0, NameHash{&surroundings.hasher}) {
  constexpr std::pair<std::string_view, ExchangeType> kPredeclared[] = {
      {"", ExchangeType::kDirect},
      {"amq.direct", ExchangeType::kDirect},
      {"amq.fanout", ExchangeType::kFanout},
      {"amq.topic", ExchangeType::kTopic},
      {"amq.headers", ExchangeType::kHeaders},
      {"amq.match", ExchangeType::kHeaders},
      {"amq.rabbitmq.trace", ExchangeType::kTopic},
  };
  for (const auto& [exchange, type] : kPredeclared) {
    exchanges_.emplace(exchange, std::make_unique<Exchange>(ExchangeDeclaration{
                                     .name = std::string(exchange),
                                     .type = type,
                                     .is_durable = true,
                                     .is_internal = exchange == "amq.rabbitmq.trace"}));
  }
}

Vhost::~Vhost() {
  while (!queues_.empty()) EraseQueue(*queues_.begin()->second);
  for (const DeadLetter& dead : dead_) surroundings_.heap.Release(dead.message);
}

// --- exchanges ---

Exchange* Vhost::FindExchange(std::string_view name) {
  const auto place = exchanges_.find(name);
  return place == exchanges_.end() ? nullptr : place->second.get();
}

Outcome<Exchange*> Vhost::DeclareExchange(ExchangeDeclaration declaration) {
  if (declaration.name.empty()) return Refuse(Kind::kDefaultExchange, "");
  if (Exchange* exchange = FindExchange(declaration.name)) {
    auto same = CheckSame(declaration, exchange->declaration());
    if (!same) return std::unexpected(std::move(same.error()));
    return exchange;
  }
  if (declaration.name.starts_with(kReservedPrefix)) {
    return Refuse(Kind::kReservedName, declaration.name);
  }
  const Value* alternate = declaration.arguments.Find(Exchange::kAlternate);
  if (alternate != nullptr && alternate->kind != Value::Kind::kText) {
    return std::unexpected(
        BrokerError{.kind = Kind::kInvalidArgument,
                    .subject = declaration.name,
                    .argument = Exchange::kAlternate,
                    .received = "{unacceptable_type," + std::string(alternate->type_name) + "}"});
  }
  std::string name = declaration.name;
  auto made = std::make_unique<Exchange>(std::move(declaration));
  return exchanges_.emplace(std::move(name), std::move(made)).first->second.get();
}

Outcome<void> Vhost::DeleteExchange(std::string_view name, IfUnused if_unused) {
  if (name.empty()) return Refuse(Kind::kDefaultExchange, "");
  if (name.starts_with(kReservedPrefix)) return Refuse(Kind::kReservedName, name);
  Exchange* exchange = FindExchange(name);
  if (exchange == nullptr) return {};
  if (if_unused == IfUnused::kYes && !exchange->bindings.empty()) {
    return Refuse(Kind::kInUse, name);
  }
  EraseExchange(*exchange);
  return {};
}

void Vhost::EraseExchange(Exchange& exchange) {
  while (!exchange.bindings.empty()) {
    Binding& binding = *exchange.bindings.begin()->second;
    auto& incoming =
        binding.queue != nullptr ? binding.queue->incoming : binding.exchange->incoming;
    std::erase(incoming, &binding);
    exchange.bindings.erase(exchange.bindings.begin());
  }
  const std::vector<Binding*> upstream = std::move(exchange.incoming);
  exchange.incoming.clear();
  for (Binding* binding : upstream) RemoveBinding(*binding);
  exchanges_.erase(exchanges_.find(exchange.name()));
}

void Vhost::DeleteIfUnbound(Exchange& exchange) {
  if (exchange.declaration().deletes_itself && exchange.bindings.empty()) EraseExchange(exchange);
}

// --- queues ---

Queue* Vhost::FindQueue(std::string_view name) {
  const auto place = queues_.find(name);
  return place == queues_.end() ? nullptr : place->second.get();
}

Outcome<Queue*> Vhost::GetQueue(std::string_view name, uint64_t asker) {
  Queue* queue = FindQueue(name);
  if (queue == nullptr) return Refuse(Kind::kNoQueue, name);
  if (queue->declaration().is_exclusive && queue->owner != asker) {
    return Refuse(Kind::kLocked, name);
  }
  return queue;
}

Outcome<Queue*> Vhost::DeclareQueue(QueueDeclaration declaration, uint64_t asker, int64_t now_ms) {
  if (Queue* queue = FindQueue(declaration.name)) {
    auto allowed = GetQueue(declaration.name, asker);
    if (!allowed) return allowed;
    auto same = CheckSame(declaration, queue->declaration());
    if (!same) return std::unexpected(std::move(same.error()));
    queue->NoteUse(now_ms);
    SetTimer(*queue);
    return queue;
  }
  auto settings = QueueSettings::FromArguments(declaration.name, declaration.arguments);
  if (!settings) return std::unexpected(std::move(settings.error()));
  std::string name = declaration.name;
  auto made = std::make_unique<Queue>(Queue::Surroundings{surroundings_.heap, *this},
                                      std::move(declaration), std::move(*settings), now_ms);
  if (made->declaration().is_exclusive) made->owner = asker;
  Queue& queue = *queues_.emplace(std::move(name), std::move(made)).first->second;
  SetTimer(queue);
  return &queue;
}

Outcome<size_t> Vhost::DeleteQueue(std::string_view name, uint64_t asker, IfUnused if_unused,
                                   IfEmpty if_empty) {
  if (FindQueue(name) == nullptr) return 0;
  const auto queue = GetQueue(name, asker);
  if (!queue) return std::unexpected(queue.error());
  if (if_unused == IfUnused::kYes && (*queue)->consumers() > 0) return Refuse(Kind::kInUse, name);
  if (if_empty == IfEmpty::kYes && (*queue)->ready() > 0) return Refuse(Kind::kNotEmpty, name);
  const size_t ready = (*queue)->ready();
  EraseQueue(**queue);
  return ready;
}

void Vhost::DeleteQueuesOf(uint64_t owner) {
  std::vector<Queue*> gone;
  for (auto& [name, queue] : queues_) {
    if (queue->declaration().is_exclusive && queue->owner == owner) gone.push_back(queue.get());
  }
  for (Queue* queue : gone) EraseQueue(*queue);
}

bool Vhost::OnConsumersChanged(Queue& queue, int64_t now_ms) {
  queue.NoteUse(now_ms);
  if (queue.consumers() > 0) {
    queue.had_consumer = true;
  } else if (queue.had_consumer && queue.declaration().deletes_itself) {
    EraseQueue(queue);
    return true;
  }
  SetTimer(queue);
  return false;
}

void Vhost::EraseQueue(Queue& queue) {
  if (queue.timer_ms != Queue::kNever) timers_.erase({queue.timer_ms, &queue});
  const auto place = queues_.find(queue.name());
  const std::unique_ptr<Queue> gone = std::move(place->second);
  queues_.erase(place);
  const std::vector<Binding*> incoming = std::move(gone->incoming);
  gone->incoming.clear();
  for (Binding* binding : incoming) RemoveBinding(*binding);
  if (gone->watcher != nullptr) gone->watcher->OnDeleted(*gone);
}

// --- bindings ---

Outcome<Binding> Vhost::FindEnds(std::string_view source, const End& destination, uint64_t asker) {
  Binding binding;
  if (source.empty()) return Refuse(Kind::kDefaultExchange, "");
  if (destination.kind == EndKind::kQueue) {
    const auto queue = GetQueue(destination.name, asker);
    if (!queue) return std::unexpected(queue.error());
    binding.queue = *queue;
  } else {
    if (destination.name.empty()) return Refuse(Kind::kDefaultExchange, "");
    binding.exchange = FindExchange(destination.name);
    if (binding.exchange == nullptr) return Refuse(Kind::kNoExchange, destination.name);
  }
  binding.source = FindExchange(source);
  if (binding.source == nullptr) return Refuse(Kind::kNoExchange, source);
  return binding;
}

Outcome<void> Vhost::Bind(std::string_view source, const End& destination, std::string_view key,
                          Table arguments, uint64_t asker) {
  auto ends = FindEnds(source, destination, asker);
  if (!ends) return std::unexpected(std::move(ends.error()));
  Exchange& exchange = *ends->source;
  const std::string refusal = exchange.matcher().Refusal(arguments);
  if (!refusal.empty()) {
    return std::unexpected(BrokerError{
        .kind = Kind::kInvalidArgument, .subject = exchange.name(), .received = refusal});
  }
  auto binding = std::make_unique<Binding>(std::move(*ends));
  binding->key = key;
  binding->arguments = std::move(arguments);
  const auto [place, is_new] = exchange.bindings.try_emplace(binding->Identity());
  if (!is_new) return {};
  auto& incoming =
      binding->queue != nullptr ? binding->queue->incoming : binding->exchange->incoming;
  incoming.push_back(binding.get());
  exchange.matcher().Add(*binding);
  place->second = std::move(binding);
  return {};
}

Outcome<void> Vhost::Unbind(std::string_view source, const End& destination, std::string_view key,
                            const Table& arguments, uint64_t asker) {
  auto ends = FindEnds(source, destination, asker);
  if (!ends) {
    const bool is_missing =
        ends.error().kind == Kind::kNoQueue || ends.error().kind == Kind::kNoExchange;
    if (is_missing) return {};
    return std::unexpected(std::move(ends.error()));
  }
  ends->key = key;
  ends->arguments = arguments;
  const auto place = ends->source->bindings.find(ends->Identity());
  if (place == ends->source->bindings.end()) return {};
  Binding& binding = *place->second;
  std::erase(binding.queue != nullptr ? binding.queue->incoming : binding.exchange->incoming,
             &binding);
  RemoveBinding(binding);
  return {};
}

// Its destination has forgotten it already.
void Vhost::RemoveBinding(Binding& binding) {
  Exchange& source = *binding.source;
  source.matcher().Remove(binding);
  source.bindings.erase(binding.Identity());
  DeleteIfUnbound(source);
}

// --- time ---

void Vhost::SetTimer(Queue& queue) {
  const int64_t due_ms = std::min(queue.NextExpiryMs(), queue.UnusedDeadlineMs());
  if (due_ms == queue.timer_ms) return;
  if (queue.timer_ms != Queue::kNever) timers_.erase({queue.timer_ms, &queue});
  queue.timer_ms = due_ms;
  if (due_ms != Queue::kNever) timers_.emplace(due_ms, &queue);
}

void Vhost::RunTimers(int64_t now_ms, size_t deaths_max) {
  size_t steps = 0;
  while (steps < deaths_max && NextTimerMs() <= now_ms) {
    Queue& queue = *timers_.begin()->second;
    if (queue.UnusedDeadlineMs() <= now_ms) {
      steps += 1 + queue.ready();
      EraseQueue(queue);
      continue;
    }
    steps += 1 + queue.DropExpired(now_ms, deaths_max - steps);
    SetTimer(queue);
  }
}

void Vhost::CheckInvariants() const {
  size_t outgoing = 0;
  size_t incoming = 0;
  for (const auto& [name, exchange] : exchanges_) {
    CHECK_INVARIANT(name == exchange->name());
    incoming += exchange->incoming.size();
    for (const auto& [identity, binding] : exchange->bindings) {
      ++outgoing;
      CHECK_INVARIANT(binding->source == exchange.get() && binding->Identity() == identity);
      const auto& there =
          binding->queue != nullptr ? binding->queue->incoming : binding->exchange->incoming;
      CHECK_INVARIANT(std::count(there.begin(), there.end(), binding.get()) == 1);
    }
  }
  size_t timed = 0;
  for (const auto& [name, queue] : queues_) {
    CHECK_INVARIANT(name == queue->name());
    incoming += queue->incoming.size();
    queue->CheckInvariants();
    if (queue->timer_ms == Queue::kNever) continue;
    ++timed;
    CHECK_INVARIANT(timers_.contains({queue->timer_ms, queue.get()}));
  }
  CHECK_INVARIANT(outgoing == incoming && timed == timers_.size());
}

}  // namespace storage::broker
