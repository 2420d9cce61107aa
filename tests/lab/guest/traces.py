"""Where a secret may have been left behind: the memory of a process, and files."""

import base64
import pathlib
import re

CHUNK = 1 << 24


def forms(base32):
    """A secret as it might lie about: {name: bytes}."""
    raw = base64.b32decode(base32 + "=" * (-len(base32) % 8))
    grouped = " ".join(re.findall(".{1,4}", base32))
    texts = {"base32": base32, "base32 in lower case": base32.lower(), "groups": grouped, "hex": raw.hex(), "HEX": raw.hex().upper()}
    wide = {f"{name}, wide": text.encode("utf-32-le") for name, text in texts.items()}
    return {"raw": raw, **{name: text.encode() for name, text in texts.items()}, **wide}


def in_memory(pid, wanted):
    """{form: where} of those forms that are anywhere in the readable memory of a process: what a core dump would hold, and more. The
    number of bytes that were searched goes with it."""
    found, searched = {}, 0
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if "r" not in rights or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(edge, 16) for edge in span.split("-"))
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            searched += len(content)
            for name, form in wanted.items():
                if form in content:
                    found.setdefault(name, []).append(f"{line.split()[-1]} {span} +{content.index(form):#x}, {content.count(form)} times")
    return found, searched


def in_files(folders, wanted):
    """{file: names of forms} of all files below the folders that hold one."""
    holding = {}
    for folder in folders:
        for file in (it for it in pathlib.Path(folder).rglob("*") if it.is_file()):
            content = file.read_bytes()
            names = {name for name, form in wanted.items() if form in content}
            if names:
                holding[str(file)] = names
    return holding
