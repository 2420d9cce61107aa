"""The verdict of PyPI's webauthn on one case."""

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException

from case import decide, decode


def judge(case):
    created = verify_registration_response(
        credential=case["registration"],
        expected_challenge=decode(case["creationOptions"]["challenge"]),
        expected_rp_id=case["creationOptions"]["rp"]["id"],
        expected_origin=case["origin"],
        require_user_verification=True,
    )
    verify_authentication_response(
        credential=case["assertion"],
        expected_challenge=decode(case["requestOptions"]["challenge"]),
        expected_rp_id=case["requestOptions"]["rpId"],
        expected_origin=case["origin"],
        credential_public_key=created.credential_public_key,
        credential_current_sign_count=created.sign_count,
        require_user_verification=True,
    )


decide(judge, (WebAuthnException,))
