"""Runs pip many times at the price of one start: each call is a fork of a Python that has imported pip already.

A connection to the Unix socket named by the only argument is one call: a line of JSON {args, cwd, env}, answered by
{status, stdout, stderr}. Without args it is a reading: everything that pip reads of its configuration.
"""

import json
import os
import socketserver
import sys
import tempfile

# Nothing of these is computed from the environment before pip runs.
import pip._internal.commands.configuration
import pip._internal.commands.download
import pip._internal.configuration
from pip._internal.cli.main import main

started_by = os.getppid()


def reading():
    configuration = pip._internal.configuration.Configuration(isolated=False)
    configuration.load()
    print(json.dumps(dict(configuration.items())))
    return 0


def status_of(args):
    try:
        return reading() if args is None else main(args)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


class Call(socketserver.StreamRequestHandler):
    """In a process of its own."""

    def handle(self):
        call = json.loads(self.rfile.readline())
        os.environ.clear()
        os.environ.update(call["env"])
        os.chdir(call["cwd"])
        said = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        for descriptor, file in enumerate(said, start=1):
            os.dup2(file.fileno(), descriptor)
        status = status_of(call.get("args"))
        sys.stdout.flush()
        sys.stderr.flush()
        texts = []
        for file in said:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
        answer = {"status": status, "stdout": texts[0], "stderr": texts[1]}
        self.wfile.write(json.dumps(answer).encode())


class Judge(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    def service_actions(self):
        super().service_actions()
        if os.getppid() != started_by:
            sys.exit(0)


with Judge(sys.argv[1], Call) as judge:
    print("listening", flush=True)
    judge.serve_forever()
