"""Renders chat templates with Jinja2, set up as transformers does it (apply_chat_template): the reference for our own.

Reads {"now": [year, month, day, hour, minute, second], "jobs": [{"template", "values": [{...}, ...]}, ...]} from standard
input; writes for each job and each of its values {"text"} or, where the template refuses, {"refusal"} with what it says,
or {"failure"} with Python's error.
"""

import datetime
import json
import sys

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Refusal(TemplateError):
    pass


class Generation(Extension):
    """The block {% generation %}, which only marks what a model wrote."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def raise_exception(message):
    raise Refusal(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def main():
    request = json.load(sys.stdin)
    now = datetime.datetime(*request["now"])
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = now.strftime

    def attempt(action):
        try:
            return {"text": action()}
        except Refusal as refusal:
            return {"refusal": str(refusal)}
        except Exception as failure:
            return {"failure": f"{type(failure).__name__}: {failure}"}

    def answers(job):
        try:
            template = environment.from_string(job["template"])
        except TemplateError as error:
            return [{"failure": f"{type(error).__name__}: {error}"} for _ in job["values"]]
        return [attempt(lambda: template.render(**values)) for values in job["values"]]

    json.dump([answers(job) for job in request["jobs"]], sys.stdout)


main()
