"""The methods of AMQP 0-9-1, as facts: class, number, name, fields.

One line for a class ("connection 10"), then one for each of its methods: its number, its name, "+" when
content follows it, and its fields in the order of the wire as "type name". Consecutive bits share octets,
the first in the lowest bit; "bits a b" is short for "bit a, bit b".

Among the methods are RabbitMQ's own: connection.blocked and update-secret, exchange.bind and unbind,
basic.nack, confirm. exchange.unbind-ok is 51, not 41: RabbitMQ's choice, which all clients follow.
Reserved fields keep the names that they had. "args" is short for "table arguments".
"""

import dataclasses

TABLE = """
connection 10
  10 start: octet version_major, octet version_minor, table server_properties, longstr mechanisms, longstr locales
  11 start-ok: table client_properties, shortstr mechanism, longstr response, shortstr locale
  20 secure: longstr challenge
  21 secure-ok: longstr response
  30 tune: short channel_max, long frame_max, short heartbeat
  31 tune-ok: short channel_max, long frame_max, short heartbeat
  40 open: shortstr virtual_host, shortstr capabilities, bit insist
  41 open-ok: shortstr known_hosts
  50 close: short reply_code, shortstr reply_text, short class_id, short method_id
  51 close-ok:
  60 blocked: shortstr reason
  61 unblocked:
  70 update-secret: longstr new_secret, shortstr reason
  71 update-secret-ok:
channel 20
  10 open: shortstr out_of_band
  11 open-ok: longstr channel_id
  20 flow: bit active
  21 flow-ok: bit active
  40 close: short reply_code, shortstr reply_text, short class_id, short method_id
  41 close-ok:
access 30
  10 request: shortstr realm, bits exclusive passive active write read
  11 request-ok: short ticket
exchange 40
  10 declare: short ticket, shortstr exchange, shortstr type, bits passive durable auto_delete internal nowait, args
  11 declare-ok:
  20 delete: short ticket, shortstr exchange, bits if_unused nowait
  21 delete-ok:
  30 bind: short ticket, shortstr destination, shortstr source, shortstr routing_key, bit nowait, args
  31 bind-ok:
  40 unbind: short ticket, shortstr destination, shortstr source, shortstr routing_key, bit nowait, args
  51 unbind-ok:
queue 50
  10 declare: short ticket, shortstr queue, bits passive durable exclusive auto_delete nowait, args
  11 declare-ok: shortstr queue, long message_count, long consumer_count
  20 bind: short ticket, shortstr queue, shortstr exchange, shortstr routing_key, bit nowait, args
  21 bind-ok:
  30 purge: short ticket, shortstr queue, bit nowait
  31 purge-ok: long message_count
  40 delete: short ticket, shortstr queue, bits if_unused if_empty nowait
  41 delete-ok: long message_count
  50 unbind: short ticket, shortstr queue, shortstr exchange, shortstr routing_key, args
  51 unbind-ok:
basic 60
  10 qos: long prefetch_size, short prefetch_count, bit global
  11 qos-ok:
  20 consume: short ticket, shortstr queue, shortstr consumer_tag, bits no_local no_ack exclusive nowait, args
  21 consume-ok: shortstr consumer_tag
  30 cancel: shortstr consumer_tag, bit nowait
  31 cancel-ok: shortstr consumer_tag
  40 publish +: short ticket, shortstr exchange, shortstr routing_key, bits mandatory immediate
  50 return +: short reply_code, shortstr reply_text, shortstr exchange, shortstr routing_key
  60 deliver +: shortstr consumer_tag, longlong delivery_tag, bit redelivered, shortstr exchange, shortstr routing_key
  70 get: short ticket, shortstr queue, bit no_ack
  71 get-ok +: longlong delivery_tag, bit redelivered, shortstr exchange, shortstr routing_key, long message_count
  72 get-empty: shortstr cluster_id
  80 ack: longlong delivery_tag, bit multiple
  90 reject: longlong delivery_tag, bit requeue
  100 recover-async: bit requeue
  110 recover: bit requeue
  111 recover-ok:
  120 nack: longlong delivery_tag, bits multiple requeue
confirm 85
  10 select: bit nowait
  11 select-ok:
tx 90
  10 select:
  11 select-ok:
  20 commit:
  21 commit-ok:
  30 rollback:
  31 rollback-ok:
"""


@dataclasses.dataclass(frozen=True)
class Field:
    type: str
    name: str


@dataclasses.dataclass(frozen=True)
class Method:
    class_name: str
    class_id: int
    name: str
    method_id: int
    has_content: bool
    fields: tuple[Field, ...]

    @property
    def struct(self) -> str:
        """QueueDeclareOk for queue.declare-ok."""
        return ''.join(word.capitalize() for word in [self.class_name] + self.name.split('-'))

    @property
    def number(self) -> int:
        return self.class_id << 16 | self.method_id


def all_methods() -> list[Method]:
    methods = []
    class_name, class_id = '', 0
    for line in TABLE.strip().split('\n'):
        if not line.startswith(' '):
            class_name, number = line.split()
            class_id = int(number)
            continue
        head, _, rest = line.partition(':')
        words = head.split()
        rest = rest.replace('args', 'table arguments')
        fields = [(type.removesuffix('s') if type == 'bits' else type, name)
                  for type, *names in (part.split() for part in rest.split(',') if part.strip())
                  for name in names]
        methods.append(Method(class_name, class_id, words[1], int(words[0]), words[2:] == ['+'],
                              tuple(Field(*field) for field in fields)))
    return methods
