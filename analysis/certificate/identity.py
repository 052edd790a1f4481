"""Digests that tie a certificate to the one model that it is about."""

from __future__ import annotations

import json
from hashlib import sha256

from voxnca import NCA


def model_digest(model: NCA) -> str:
    """Return the SHA-256 of a rule: its configuration and every weight, to the bit.

    Name, target, recipe and quality are of no account: they do not change what it does.
    """
    digest = sha256(json.dumps(model.config.to_json(), sort_keys=True).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().double().numpy().astype("<f8").tobytes())
    return digest.hexdigest()
