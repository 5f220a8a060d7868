"""RabbitMQ's six tutorials with pika, each part a process of its own, and what they promise."""

import subprocess
import sys
import textwrap
import unittest

import pika

from server_process import ServerProcess, free_port

TIMEOUT_S = 30


def run(port, source, *arguments):
    """Starts a Python process that has `channel`, `connection` and `arguments`."""
    head = textwrap.dedent(f"""\
        import sys, time, pika
        arguments = sys.argv[1:]
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", {port}))
        channel = connection.channel()
        def say(text):
            print(text, flush=True)
        """)
    return subprocess.Popen([sys.executable, "-c", head + textwrap.dedent(source), *arguments],
                            stdout=subprocess.PIPE, text=True)


def finish(process):
    output, _ = process.communicate(timeout=TIMEOUT_S)
    if process.returncode != 0:
        raise AssertionError(f"status {process.returncode}: {output}")
    return output.split("\n")[:-1]


class TutorialsTest(unittest.TestCase):
    def setUp(self):
        self.port = free_port()
        self.server = ServerProcess("--amqp", "yes", "--amqp-port", str(self.port))
        self.server.start()
        self.addCleanup(self.server.cleanup)
        self.addCleanup(self.server.stop)
        self.started = []
        self.addCleanup(self.end_started)

    def start(self, source, *arguments):
        process = run(self.port, source, *arguments)
        self.started.append(process)
        return process

    def end_started(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()

    def hear(self, process, expected):
        self.assertEqual(process.stdout.readline().rstrip("\n"), expected)

    def test_hello_world(self):
        finish(self.start("""
            channel.queue_declare(queue="hello")
            channel.basic_publish(exchange="", routing_key="hello", body="Hello World!")
            connection.close()"""))
        self.assertEqual(finish(self.start("""
            channel.queue_declare(queue="hello")
            for method, properties, body in channel.consume("hello", auto_ack=True):
                say(body.decode())
                break
            channel.cancel()
            connection.close()""")), ["Hello World!"])

    WORKER = """
        channel.queue_declare(queue="task_queue", durable=True)
        if "fair" in arguments:
            channel.basic_qos(prefetch_count=1)
        def work(channel, method, properties, body):
            say(f"{body.decode()} {method.redelivered}")
            if "hold" in arguments:
                time.sleep(3600)
            channel.basic_ack(delivery_tag=method.delivery_tag)
        channel.basic_consume(queue="task_queue", on_message_callback=work)
        say("ready")
        channel.start_consuming()"""
    TASKS = """
        channel.queue_declare(queue="task_queue", durable=True)
        channel.confirm_delivery()
        for body in arguments:
            channel.basic_publish(exchange="", routing_key="task_queue", body=body,
                                  properties=pika.BasicProperties(delivery_mode=2))
        connection.close()"""

    def test_work_queue_alternates_and_survives_a_killed_worker(self):
        one, two = self.start(self.WORKER), self.start(self.WORKER)
        self.hear(one, "ready")
        self.hear(two, "ready")
        finish(self.start(self.TASKS, "1", "2", "3", "4"))
        heard = [[process.stdout.readline().split()[0] for _ in range(2)] for process in (one, two)]
        self.assertEqual(sorted(heard), [["1", "3"], ["2", "4"]])
        one.kill()
        two.kill()
        one.wait()
        two.wait()
        holder = self.start(self.WORKER, "fair", "hold")
        self.hear(holder, "ready")
        finish(self.start(self.TASKS, "task"))
        self.hear(holder, "task False")
        holder.kill()
        holder.wait()
        heir = self.start(self.WORKER, "fair")
        self.hear(heir, "ready")
        self.hear(heir, "task True")

    SUBSCRIBER = """
        exchange, kind, *keys = arguments
        channel.exchange_declare(exchange=exchange, exchange_type=kind)
        queue = channel.queue_declare(queue="", exclusive=True).method.queue
        for key in keys:
            channel.queue_bind(exchange=exchange, queue=queue, routing_key=key)
        def hear(channel, method, properties, body):
            if body == b"end":
                return channel.stop_consuming()
            say(f"{method.routing_key}:{body.decode()}")
        channel.basic_consume(queue=queue, on_message_callback=hear, auto_ack=True)
        say("ready")
        channel.start_consuming()"""
    PUBLISHER = """
        exchange, *pairs = arguments
        for pair in pairs:
            key, body = pair.split("=")
            channel.basic_publish(exchange=exchange, routing_key=key, body=body)
        connection.close()"""

    def subscribe(self, *arguments):
        process = self.start(self.SUBSCRIBER, *arguments)
        self.hear(process, "ready")
        return process

    def test_publish_subscribe(self):
        subscribers = [self.subscribe("logs", "fanout", "") for _ in range(2)]
        finish(self.start(self.PUBLISHER, "logs", "=one", "=two", "=end"))
        for process in subscribers:
            self.assertEqual(finish(process), [":one", ":two"])

    def test_routing(self):
        errors = self.subscribe("direct_logs", "direct", "error", "end")
        everything = self.subscribe("direct_logs", "direct", "error", "info", "end")
        finish(self.start(self.PUBLISHER, "direct_logs", "info=i", "error=e", "debug=d", "end=end"))
        self.assertEqual(finish(errors), ["error:e"])
        self.assertEqual(finish(everything), ["info:i", "error:e"])

    def test_topics(self):
        kern = self.subscribe("topic_logs", "topic", "kern.*", "end")
        critical = self.subscribe("topic_logs", "topic", "*.critical", "end")
        everything = self.subscribe("topic_logs", "topic", "#")
        finish(self.start(self.PUBLISHER, "topic_logs", "kern.critical=a", "kern.info=b",
                          "cron.critical=c", "end=end"))
        self.assertEqual(finish(kern), ["kern.critical:a", "kern.info:b"])
        self.assertEqual(finish(critical), ["kern.critical:a", "cron.critical:c"])
        self.assertEqual(finish(everything), ["kern.critical:a", "kern.info:b", "cron.critical:c"])

    def test_rpc(self):
        server = self.start("""
            def fib(n):
                return n if n < 2 else fib(n - 1) + fib(n - 2)
            channel.queue_declare(queue="rpc_queue")
            def serve(channel, method, properties, body):
                channel.basic_publish(
                    exchange="", routing_key=properties.reply_to, body=str(fib(int(body))),
                    properties=pika.BasicProperties(correlation_id=properties.correlation_id))
                channel.basic_ack(delivery_tag=method.delivery_tag)
            channel.basic_qos(prefetch_count=1)
            channel.basic_consume(queue="rpc_queue", on_message_callback=serve)
            say("ready")
            channel.start_consuming()""")
        self.hear(server, "ready")
        for reply_queue in ("", "amq.rabbitmq.reply-to"):
            self.assertEqual(finish(self.start("""
                answers = []
                queue = arguments[0]
                if not queue:
                    queue = channel.queue_declare(queue="", exclusive=True).method.queue
                channel.basic_consume(
                    queue=queue, auto_ack=True,
                    on_message_callback=lambda c, m, p, body: answers.append((p.correlation_id, body)))
                channel.basic_publish(
                    exchange="", routing_key="rpc_queue", body="20",
                    properties=pika.BasicProperties(reply_to=queue, correlation_id="me"))
                while not answers:
                    connection.process_data_events(time_limit=1)
                say(answers[0])
                connection.close()""", reply_queue)), ["('me', b'6765')"])

    def test_a_wrong_password_is_what_pika_calls_it(self):
        parameters = pika.ConnectionParameters(
            "127.0.0.1", self.port, credentials=pika.PlainCredentials("guest", "wrong"))
        with self.assertRaises(pika.exceptions.ProbableAuthenticationError):
            pika.BlockingConnection(parameters)


if __name__ == "__main__":
    unittest.main()
