"""The README's table of commands is the server's own, family by family."""

import re
import unittest
from pathlib import Path

from server_process import ServerProcess

README = Path(__file__).resolve().parents[2] / "README.md"

FAMILY_OF_GROUP = {
    "string": "Strings",
    "bitmap": "Bitmaps",
    "generic": "Keys",
    "connection": "Connection",
    "server": "Server",
    "cluster": "Cluster",
}


def families_of_readme():
    """Family -> names, of the table between the two marks."""
    table = re.search(r"<!-- commands: begin -->(.*)<!-- commands: end -->", README.read_text(), re.DOTALL)
    rows = [line.split("|") for line in table.group(1).strip().splitlines()[2:]]
    return {row[1].strip(): set(re.findall(r"`([^`]+)`", row[2])) for row in rows}


def families_of_server(client):
    documented = client.execute_command("COMMAND DOCS")
    families = {}
    for name, facts in zip(documented[::2], documented[1::2]):
        group = dict(zip(facts[::2], facts[1::2]))[b"group"].decode()
        families.setdefault(FAMILY_OF_GROUP.get(group, group), set()).add(name.decode().upper())
    return families


class TheReadme(unittest.TestCase):
    maxDiff = None

    def test_lists_exactly_the_commands_of_the_server(self):
        with ServerProcess() as server:
            found = families_of_server(server.client())
        listed = families_of_readme()
        self.assertEqual(sorted(found), sorted(listed), "the families differ")
        for family, names in found.items():
            with self.subTest(family=family):
                self.assertEqual(sorted(names), sorted(listed[family]))


if __name__ == "__main__":
    unittest.main()
