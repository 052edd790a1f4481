"""What a pattern survives, proven: exact statements about a rule, and files to check them by."""

from analysis.certificate.checking import Findings, check
from analysis.certificate.document import Certificate, Home, read_certificate, write_certificate
from analysis.certificate.families import Balls, Family, StandardWounds, family_from_json
from analysis.certificate.fates import EPSILON, Elsewhere, Fate, Verdict
from analysis.certificate.following import Ending, follow, settle
from analysis.certificate.identity import model_digest
from analysis.certificate.machine import Machine
from analysis.certificate.wound_proof import Count, NotAtRestError, WoundProof, grown_home

__all__ = [
    "EPSILON",
    "Balls",
    "Certificate",
    "Count",
    "Elsewhere",
    "Ending",
    "Family",
    "Fate",
    "Findings",
    "Home",
    "Machine",
    "NotAtRestError",
    "StandardWounds",
    "Verdict",
    "WoundProof",
    "check",
    "family_from_json",
    "follow",
    "grown_home",
    "model_digest",
    "read_certificate",
    "settle",
    "write_certificate",
]
