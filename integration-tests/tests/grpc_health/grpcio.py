"""A gRPC client that does as it is told: orders and what it hears are lines of JSON. See `client.rs`."""

import json
import sys
import threading

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

STATUS = health_pb2.HealthCheckResponse.ServingStatus
SPEAKS = threading.Lock()
CHANNELS = {}
CALLS = {}


def say(order, kind, what):
    with SPEAKS:
        print(json.dumps({"id": order["id"], "said": {kind: what}}), flush=True)


def channel(order):
    key = (order["to"], order["gzip"])
    if key not in CHANNELS:
        compression = grpc.Compression.Gzip if order["gzip"] else None
        # Without a pool of its own, a channel shares its connections with others to the same address.
        options = [("grpc.use_local_subchannel_pool", 1)]
        CHANNELS[key] = grpc.insecure_channel(order["to"], options, compression)
    return CHANNELS[key]


def balance(order):
    """A channel that asks for health by itself, and what becomes of it."""
    options = [
        ("grpc.service_config", order["text"]),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    balanced = grpc.insecure_channel(order["to"], options)
    CHANNELS[order["id"]] = balanced
    balanced.subscribe(lambda state: say(order, "state", state.name), try_to_connect=True)


def text(message):
    """A string as field 1, for messages shorter than 128 bytes."""
    encoded = message.encode()
    return bytes([10, len(encoded)]) + encoded


def untext(message):
    return message[2:].decode()


def call(order):
    stub = health_pb2_grpc.HealthStub(channel(order))
    request = health_pb2.HealthCheckRequest(service=order["text"])
    timeout = order["timeout"]
    match order["op"]:
        case "check":
            return [stub.Check.future(request, timeout=timeout)], status
        case "watch":
            return stub.Watch(request, timeout=timeout), status
        case "list":
            return [stub.List.future(health_pb2.HealthListRequest())], statuses
        case "unknown":
            method = channel(order).unary_unary("/grpc.health.v1.Health/Nothing")
            return [method.future(b"")], lambda order, _: say(order, "text", "")
        case "unary":
            method = channel(order).unary_unary("/test.Echo/Unary", text, untext)
            return [method.future(order["text"])], lambda order, said: say(order, "text", said)
        case "stream":
            method = channel(order).unary_stream("/test.Echo/Stream", text, untext)
            return method(""), lambda order, said: say(order, "text", said)


def status(order, response):
    say(order, "status", STATUS.Name(response.status))


def statuses(order, response):
    named = {name: STATUS.Name(one.status) for name, one in response.statuses.items()}
    say(order, "statuses", named)


def follow(order, messages, hear):
    try:
        for message in messages:
            hear(order, message.result() if isinstance(messages, list) else message)
        say(order, "end", "OK")
    except grpc.FutureCancelledError:
        say(order, "end", "CANCELLED")
    except grpc.RpcError as error:
        say(order, "end", error.code().name)


for line in sys.stdin:
    order = json.loads(line)
    if order["op"] == "cancel":
        CALLS[order["id"]].cancel()
    elif order["op"] == "balance":
        balance(order)
    else:
        messages, hear = call(order)
        CALLS[order["id"]] = messages[0] if isinstance(messages, list) else messages
        threading.Thread(target=follow, args=(order, messages, hear), daemon=True).start()
