"""What a scenario is, and the bench that it works at."""

import dataclasses
import typing

from key import Key
from usb import Gadget, Port


@dataclasses.dataclass
class Scenario:
    """A test: its name is a sentence, its body raises when the sentence is false. What it returns is a measurement to report."""

    name: str
    body: typing.Callable
    limit_s: int


def scenario(limit_s=100):
    """Makes a function a scenario; its name, with spaces, is the sentence."""
    return lambda body: Scenario(body.__name__.replace("_", " "), body, limit_s)


def scenarios_of(*modules):
    """All that the modules define, in the order in which they stand."""
    return [it for module in modules for it in vars(module).values() if isinstance(it, Scenario)]


class Bench:
    """Everything that one scenario set up; `clear` puts it away in the opposite order."""

    def __init__(self, thorough=False):
        # Whether what is done at many moments is done at every one.
        self.thorough = thorough
        self._things = []

    def key(self, **facts):
        """A security key, plugged in."""
        return self.keep(Key(**facts)).plug()

    def port(self):
        """A port with nothing in it."""
        return self.keep(Port())

    def gadget(self, *facts):
        """Some other USB device, plugged in."""
        gadget = self.keep(Gadget(*facts))
        gadget.plug()
        return gadget

    def keep(self, thing):
        self._things.append(thing)
        return thing

    def discard(self, thing):
        """Puts one thing away early: the controllers are few."""
        self._things.remove(thing)
        thing.destroy()

    def clear(self):
        while self._things:
            self._things.pop().destroy()


def expect(condition, otherwise):
    """Fails the scenario with the given words."""
    if not condition:
        raise AssertionError(otherwise)
