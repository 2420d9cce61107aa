//! Codes of the problems that the registry answers with: the last part of [`super::Problem::kind`].
//!
//! A station decides by the code, never by the text. Codes are added, never renamed.

/// The body is not what the route takes; the detail says where.
pub const MALFORMED: &str = "malformed";
/// The body's `version` is newer than the registry's.
pub const NEWER_VERSION: &str = "newer-version";
/// No such route, or no such thing under it.
pub const NOT_FOUND: &str = "not-found";
/// The route does not take this method.
pub const METHOD_NOT_ALLOWED: &str = "method-not-allowed";
/// The body is larger than the route takes.
pub const TOO_LARGE: &str = "too-large";
/// The body is not of the media type that the route takes.
pub const MEDIA_TYPE: &str = "media-type";
/// Too many wrong codes from one place; see `Retry-After`.
pub const TOO_MANY_ATTEMPTS: &str = "too-many-attempts";
/// A hundred codes in a row were wrong: none is examined any more. As an alarm: a factor is suspended for that.
pub const GUESSED_OUT: &str = "guessed-out";
/// Too many codes that this operator had examined within an hour were wrong, of however many people; the detail says until when. As an
/// alarm: the last of them.
pub const OPERATOR_GUESSED: &str = "operator-guessed";
/// As many offers are open as may be, of this operator here or of this station.
pub const OFFERS_OPEN: &str = "offers-open";
/// The registry has too much to do; see `Retry-After`.
pub const BUSY: &str = "busy";
/// The registry failed; nothing was changed.
pub const INTERNAL: &str = "internal";

/// The one-time code is wrong, used or expired. Which of them is not said.
pub const CODE_REFUSED: &str = "code-refused";
/// A station with this public key has joined already.
pub const STATION_KNOWN: &str = "station-known";
/// The station's assertion (RFC 7523) does not hold.
pub const CLIENT_REFUSED: &str = "client-refused";
/// No bearer token, or one that is unknown or has expired: ask for a new one.
pub const TOKEN_REFUSED: &str = "token-refused";
/// No session, or one that has ended: sign in.
pub const SESSION_REFUSED: &str = "session-refused";
/// The operator's role may not do this; the detail says who may.
pub const NOT_ALLOWED: &str = "not-allowed";

/// The registry's administrator has ended the station's access; the detail says when and what to do.
pub const STATION_REVOKED: &str = "station-revoked";
/// The operator's access was ended, or had been when they did what is reported.
pub const OPERATOR_REVOKED: &str = "operator-revoked";
/// The operator's key was reported lost, and another one takes its place.
pub const CREDENTIAL_REVOKED: &str = "credential-revoked";

/// A write that needs an `Idempotency-Key` came without one, or with one that is not 1 to 128 visible ASCII characters.
pub const IDEMPOTENCY_KEY_MISSING: &str = "idempotency-key-missing";
/// The same `Idempotency-Key` came with another body before.
pub const IDEMPOTENCY_KEY_REUSED: &str = "idempotency-key-reused";
/// The journal's head stands behind, or off, what this station reported before.
pub const JOURNAL_REGRESSED: &str = "journal-regressed";
/// The registry had come further in the station's journal than the push goes on from: it came late, or its station does not know.
/// It is to come again with the record that [`super::Problem::record`] asks for.
pub const JOURNAL_PASSED: &str = "journal-passed";

/// The offer is not known, or was not issued to this station.
pub const OFFER_UNKNOWN: &str = "offer-unknown";
/// An enrolment or a test has come of the offer already.
pub const OFFER_USED: &str = "offer-used";
/// The offer is for another person, or the operator named did not work at this station then.
pub const OFFER_FOREIGN: &str = "offer-foreign";
/// The operator had no session at this station that could be unlocked then.
pub const UNLOCK_FOREIGN: &str = "unlock-foreign";
/// Who is said to have reset a key, or withdrawn a credential, did not work at this station then.
pub const RESET_FOREIGN: &str = "reset-foreign";
/// The operator was let in after the registry had ended their session: an alarm, no refusal.
pub const UNLOCK_AFTER_END: &str = "unlock-after-end";
/// What an operator did at a station was reported after their access had ended: an alarm, no refusal.
pub const REPORT_AFTER_END: &str = "report-after-end";
/// What was done at a station was reported more than 30 days later: an alarm, no refusal.
pub const REPORT_LATE: &str = "report-late";
/// Nothing shows that it was recorded in a session of whoever is said to have done it: they can sign in and send it again. As an
/// alarm without a refusal: it was recorded before the station bound its reports.
pub const REPORT_UNBOUND: &str = "report-unbound";
/// The report is not what was recorded in that session, or names somebody else than whose session it was.
pub const REPORT_ALTERED: &str = "report-altered";
/// Whoever is said to have done it stood by it in a later session of theirs: an alarm, no refusal.
pub const REPORT_VOUCHED: &str = "report-vouched";
/// The challenge's life is over.
pub const CHALLENGE_EXPIRED: &str = "challenge-expired";
/// The client data names another challenge.
pub const CHALLENGE_MISMATCH: &str = "challenge-mismatch";
/// The client data names another origin.
pub const ORIGIN_MISMATCH: &str = "origin-mismatch";
/// The authenticator data is for another relying party.
pub const RP_MISMATCH: &str = "rp-mismatch";
/// The user-present flag is not set.
pub const USER_NOT_PRESENT: &str = "user-not-present";
/// The user-verified flag is not set.
pub const USER_NOT_VERIFIED: &str = "user-not-verified";
/// The algorithm was not offered.
pub const ALGORITHM_REFUSED: &str = "algorithm-refused";
/// The attestation statement does not verify, or is of a format that is not taken.
pub const ATTESTATION_INVALID: &str = "attestation-invalid";
/// The attestation leads to no root that policy asks for.
pub const ATTESTATION_UNTRUSTED: &str = "attestation-untrusted";
/// A rule of the registry refuses keys of this kind; the detail says which, and why.
pub const KEY_REFUSED: &str = "key-refused";
/// The credential can be copied off its authenticator.
pub const NOT_DEVICE_BOUND: &str = "not-device-bound";
/// The response can't be read as WebAuthn's, or contradicts itself.
pub const RESPONSE_MALFORMED: &str = "response-malformed";
/// The signature is not by this credential.
pub const SIGNATURE_INVALID: &str = "signature-invalid";
/// The signature counter went back: there may be a copy of the key.
pub const COUNTER_REGRESSED: &str = "counter-regressed";
/// What was signed says something that no longer holds.
pub const ACT_CHANGED: &str = "act-changed";
/// The credential is not known, or not this person's.
pub const CREDENTIAL_UNKNOWN: &str = "credential-unknown";
/// The credential's key was reset, or the credential withdrawn: it opens nothing any more.
pub const CREDENTIAL_GONE: &str = "credential-gone";
/// The credential is enrolled already.
pub const CREDENTIAL_EXISTS: &str = "credential-exists";
/// Since the station last heard of the person, they were enrolled on a key that may be this one.
pub const ENROLLED_SINCE: &str = "enrolled-since";
/// By its serial number the key is somebody else's.
pub const KEY_TAKEN: &str = "key-taken";
/// A key does not hold what another key of its serial number is enrolled with: an alarm, no refusal.
pub const SERIAL_DISPUTED: &str = "serial-disputed";

/// Whether a refusal of an enrolment judged the credential or the proof that came with it. The registry looks at those only
/// after it found that it had not taken this very push before, so that it holds nothing of what it refused. Any other refusal
/// may have come after an acceptance whose answer was lost.
pub fn judges_credential(code: &str) -> bool {
    [
        CHALLENGE_EXPIRED,
        CHALLENGE_MISMATCH,
        ORIGIN_MISMATCH,
        RP_MISMATCH,
        USER_NOT_PRESENT,
        USER_NOT_VERIFIED,
        ALGORITHM_REFUSED,
        ATTESTATION_INVALID,
        ATTESTATION_UNTRUSTED,
        KEY_REFUSED,
        NOT_DEVICE_BOUND,
        RESPONSE_MALFORMED,
        SIGNATURE_INVALID,
        CREDENTIAL_GONE,
        ENROLLED_SINCE,
        KEY_TAKEN,
    ]
    .contains(&code)
}

/// A factor of this identifier is enrolled already.
pub const FACTOR_EXISTS: &str = "factor-exists";
/// The code is not right for this factor at that time.
pub const CODE_WRONG: &str = "code-wrong";
/// The secret does not open for this factor: sealed to a key that is gone, for somebody else, or damaged.
pub const SEAL_BROKEN: &str = "seal-broken";
/// It is all that this person has: only a reset takes it away.
pub const LAST_FACTOR: &str = "last-factor";
/// The test named as proof was not passed by this person within the last minutes.
pub const PROOF_MISSING: &str = "proof-missing";
/// The visit takes more than was shown in it before anything is added; the detail says what, and who may.
pub const AUTHORITY_NEEDED: &str = "authority-needed";
/// No such visit of this operator at this station, or it has ended: identify the person anew.
pub const VISIT_OVER: &str = "visit-over";
/// A visit takes a document: nobody is identified by a statement.
pub const NOT_IDENTIFIED: &str = "not-identified";
/// The registry has no such method of identification. Of a factor that came of a ticket an alarm: it waits for its owner.
pub const METHOD_UNKNOWN: &str = "method-unknown";
/// Another identification was taken for this. Of a factor an alarm, no refusal: it waits for its owner.
pub const IDENTIFIED_OTHERWISE: &str = "identified-otherwise";
/// An alarm, no refusal: a factor came under no visit, so that it waits for its owner.
pub const VISIT_MISSING: &str = "visit-missing";
/// An alarm, no refusal: a factor came after something of the person's factors had changed outside its visit; it waits.
pub const VISIT_OVERTAKEN: &str = "visit-overtaken";
/// An alarm, no refusal: a factor came of a ticket whose visit nothing proved; it waits.
pub const VISIT_UNPROVED: &str = "visit-unproved";
/// An alarm, no refusal: a factor came by an operator whose access has ended; it waits.
pub const VISIT_REVOKED: &str = "visit-revoked";
/// An alarm, no refusal: an operator served themself or their own organisation. What came of it waits; what ended by it has ended.
pub const VISIT_OWN: &str = "visit-own";
/// An alarm, no refusal: a person said that one of the factors of their account is not theirs.
pub const FACTORS_DENIED: &str = "factors-denied";
/// Nothing of that name waits for this person.
pub const NOT_WAITING: &str = "not-waiting";
/// No such token in stock, or somebody has it.
pub const TOKEN_UNAVAILABLE: &str = "token-unavailable";
/// No such factor of this person, or it was removed.
pub const FACTOR_UNKNOWN: &str = "factor-unknown";
/// The factor is suspended: it opens and proves nothing.
pub const FACTOR_SUSPENDED: &str = "factor-suspended";
/// The factor is not suspended: there is nothing to lift.
pub const NOT_SUSPENDED: &str = "not-suspended";
/// The factor is never valid again: it was stolen, or is suspected, or its 30 days are over.
pub const NEVER_LIFTED: &str = "never-lifted";
/// One human suspended the sixth factor within a day, or ended it by a reset, a deletion or a withdrawal: an alarm, no refusal.
pub const MANY_SUSPENSIONS: &str = "many-suspensions";
/// One human ended other operators' visits with the sixth person within an hour, by receiving them: an alarm, no refusal.
pub const MANY_VISITS_TAKEN: &str = "many-visits-taken";
/// The reset of one key took credentials of more than one person: an alarm, no refusal.
pub const KEY_OF_SEVERAL: &str = "key-of-several";
/// The reset of a key named nothing of what is enrolled on a key of its serial number or tag: an alarm, no refusal.
pub const RESET_UNNAMED: &str = "reset-unnamed";
/// All factors of somebody that were older than a day went within a day, while there is a newer one: an alarm, no refusal.
pub const OLDER_FACTORS_GONE: &str = "all-older-factors-gone";
/// An account of Customer Service was made or changed: an alarm, no refusal.
pub const SERVICE_ACCOUNT: &str = "customer-service-account";
