"""Sites that no source may name, since pupils tap on the links: copies, homework for sale, addresses without owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import ContentErrors, Fault
from knowledge.schema import Source
from knowledge.yamlfile import read_text, read_yaml

SITES_FILE = "sites_refuses.yml"
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:]*)")


@dataclass(frozen=True)
class RefusedSites:
    """The refused hosts, each with the reason in French; a host stands for its subdomains too."""

    reasons: Mapping[str, str] = field(default_factory=dict)

    def site_of(self, source: Source) -> str | None:
        """The refused site on which a source stands, or None."""
        host = _HOST.match(source.url)
        labels = host[1].casefold().rstrip(".").split(".") if host else []
        sites = (".".join(labels[start:]) for start in range(len(labels)))
        return next((site for site in sites if site in self.reasons), None)

    def fault(self, site: str, file: str, line: int) -> Fault:
        """What to say of a source on a refused site."""
        what = f"le site « {site} » est refusé comme source : {self.reasons[site]}"
        return Fault(file, line, what, "cite la page d'origine ou un site officiel ; sinon retire le fait")


def load_refused_sites(content_dir: Path) -> RefusedSites:
    """The sites of the file (none if there is no file); ContentErrors where it is malformed."""
    path = content_dir / SITES_FILE
    if not path.exists():
        return RefusedSites()
    text = read_text(path, path.name)
    document = text if isinstance(text, Fault) else read_yaml(text, path.name)
    if isinstance(document, Fault):
        raise ContentErrors([document])
    data = document.data if isinstance(document.data, dict) else {"": None}
    reasons = {site.casefold(): str(reason or "").strip() for site, reason in data.items()}
    faults = [
        Fault(path.name, document.line([site]), f"« {site} » : il faut un site et sa raison", "écris « site: raison »")
        for site in data
        if "." not in site or not reasons[site.casefold()]
    ]
    if faults:
        raise ContentErrors(faults)
    return RefusedSites(reasons)
