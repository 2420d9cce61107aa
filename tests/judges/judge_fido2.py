"""The verdict of PyPI's fido2 (Fido2Server) on one case."""

from fido2.attestation import Attestation, InvalidData, InvalidSignature, UnsupportedType
from fido2.server import Fido2Server
from fido2.webauthn import AttestationConveyancePreference, PublicKeyCredentialRpEntity

from case import Rejected, decide


def judge(case):
    auth_data = server(case, case["creationOptions"]["rp"]["id"]).register_complete(
        state(case["creationOptions"]), case["registration"]
    )
    server(case, case["requestOptions"]["rpId"]).authenticate_complete(
        state(case["requestOptions"]), [auth_data.credential_data], case["assertion"]
    )


def server(case, rp_id):
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=rp_id, name=rp_id),
        attestation=AttestationConveyancePreference.DIRECT,
        verify_origin=lambda origin: origin == case["origin"],
        verify_attestation=verify_statement,
    )


def state(options):
    return {"challenge": options["challenge"], "user_verification": "required"}


def verify_statement(attestation, client_data_hash):
    """The statement's signature; whose root it leads to is the registry's policy, not this judge's."""
    kind = Attestation.for_type(attestation.fmt)
    if attestation.fmt == "none":
        if attestation.att_stmt:
            raise Rejected("an attestation of format none carries a statement")
        return
    kind().verify(attestation.att_stmt, attestation.auth_data, client_data_hash)


# The server says no with ValueError, its attestation statements with exceptions of their own.
decide(judge, (ValueError, InvalidData, InvalidSignature, UnsupportedType))
