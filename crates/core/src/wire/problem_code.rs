//! Codes of the problems that the registry answers with, the last part of [`super::Problem::kind`], and of the alarms that it raises.
//!
//! A station decides by the code, never by the text. Codes are added, never renamed.

/// What a code of a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The HTTP status that goes with it.
    pub status: u16,
    /// In a few words, for whoever reads the answer.
    pub title: &'static str,
}

/// The constants, and what each means. A code that refuses has a row with its status and title, among the verdicts where it judges a
/// credential or its proof. One that only raises an alarm, or says why something waits, has neither.
macro_rules! codes {
    (
        refusals { $($(#[$doc:meta])+ $name:ident = $code:literal, $status:literal, $title:literal;)+ }
        verdicts { $($(#[$verdict_doc:meta])+ $verdict:ident = $verdict_code:literal, $verdict_status:literal, $verdict_title:literal;)+ }
        alarms { $($(#[$alarm_doc:meta])+ $alarm:ident = $alarm_code:literal;)+ }
    ) => {
        $($(#[$doc])+ pub const $name: &str = $code;)+
        $($(#[$verdict_doc])+ pub const $verdict: &str = $verdict_code;)+
        $($(#[$alarm_doc])+ pub const $alarm: &str = $alarm_code;)+

        /// Every code that is answered with.
        pub const REFUSALS: &[&str] = &[$($name,)+ $($verdict,)+];

        /// Of every code that is answered with; `None`: the registry refuses nothing by that code.
        pub fn meaning(code: &str) -> Option<Meaning> {
            match code {
                $($name => Some(Meaning { status: $status, title: $title }),)+
                $($verdict => Some(Meaning { status: $verdict_status, title: $verdict_title }),)+
                _ => None,
            }
        }

        /// Whether a refusal of an enrolment judged the credential or the proof that came with it. The registry looks at those only
        /// after it found that it had not taken this very push before, so that it holds nothing of what it refused. Any other refusal
        /// may have come after an acceptance whose answer was lost.
        pub fn judges_credential(code: &str) -> bool {
            matches!(code, $($verdict)|+)
        }
    };
}

codes! {
    refusals {
        /// The body is not what the route takes; the detail says where.
        MALFORMED = "malformed", 400, "The request cannot be read";
        /// The body's `version` is newer than the registry's.
        NEWER_VERSION = "newer-version", 400, "The request is newer than this registry";
        /// No such route, or no such thing under it.
        NOT_FOUND = "not-found", 404, "There is no such thing";
        /// The route does not take this method.
        METHOD_NOT_ALLOWED = "method-not-allowed", 405, "This route does not take the method";
        /// The body is larger than the route takes.
        TOO_LARGE = "too-large", 413, "The body is too large";
        /// The body is not of the media type that the route takes.
        MEDIA_TYPE = "media-type", 415, "The body's media type is not taken";
        /// Too many wrong codes from one place; see `Retry-After`.
        TOO_MANY_ATTEMPTS = "too-many-attempts", 429, "Too many wrong codes";
        /// A hundred codes in a row were wrong: none is examined any more. As an alarm: a factor is suspended for that.
        GUESSED_OUT = "guessed-out", 403, "Too many codes in a row were wrong";
        /// Too many codes that this operator had examined within an hour were wrong, of however many people; the detail says until when. As an
        /// alarm: the last of them.
        OPERATOR_GUESSED = "operator-guessed", 403, "Too many codes of this operator were wrong";
        /// As many offers are open as may be, of this operator here or of this station.
        OFFERS_OPEN = "offers-open", 409, "Too many offers are open";
        /// The registry has too much to do; see `Retry-After`.
        BUSY = "busy", 503, "The registry is busy";
        /// The registry failed; nothing was changed.
        INTERNAL = "internal", 500, "The registry failed";
        /// The one-time code is wrong, used or expired. Which of them is not said.
        CODE_REFUSED = "code-refused", 403, "The code does not hold";
        /// A station with this public key has joined already.
        STATION_KNOWN = "station-known", 409, "This key has joined already";
        /// The station's assertion (RFC 7523) does not hold.
        CLIENT_REFUSED = "client-refused", 401, "The station's assertion does not hold";
        /// No bearer token, or one that is unknown or has expired: ask for a new one.
        TOKEN_REFUSED = "token-refused", 401, "The token does not hold";
        /// No session, or one that has ended: sign in.
        SESSION_REFUSED = "session-refused", 401, "Nobody is signed in";
        /// The operator's role may not do this; the detail says who may.
        NOT_ALLOWED = "not-allowed", 403, "Not this operator's to do";
        /// The registry's administrator has ended the station's access; the detail says when and what to do.
        STATION_REVOKED = "station-revoked", 403, "The station was revoked";
        /// The operator's access was ended, or had been when they did what is reported.
        OPERATOR_REVOKED = "operator-revoked", 403, "The operator was revoked";
        /// The operator's key was reported lost, and another one takes its place.
        CREDENTIAL_REVOKED = "credential-revoked", 403, "The operator's key was revoked";
        /// A write that needs an `Idempotency-Key` came without one, or with one that is not 1 to 128 visible ASCII characters.
        IDEMPOTENCY_KEY_MISSING = "idempotency-key-missing", 400, "Idempotency-Key is missing";
        /// The same `Idempotency-Key` came with another body before.
        IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused", 422, "Idempotency-Key came with another body before";
        /// The journal's head stands behind, or off, what this station reported before.
        JOURNAL_REGRESSED = "journal-regressed", 409, "The station's journal does not continue";
        /// The registry had come further in the station's journal than the push goes on from: it came late, or its station does not know.
        /// It is to come again with the record that [`super::Problem::record`] asks for.
        JOURNAL_PASSED = "journal-passed", 409, "The station's journal had come further";
        /// The offer is not known, or was not issued to this station.
        OFFER_UNKNOWN = "offer-unknown", 404, "There is no such offer for this station";
        /// An enrolment or a test has come of the offer already.
        OFFER_USED = "offer-used", 409, "The offer is used up";
        /// The offer is for another person, or the operator named did not work at this station then.
        OFFER_FOREIGN = "offer-foreign", 403, "The offer is not for this";
        /// The operator had no session at this station that could be unlocked then.
        UNLOCK_FOREIGN = "unlock-foreign", 403, "There was no such session";
        /// Who is said to have reset a key, or withdrawn a credential, did not work at this station then; or what is said to have ended then,
        /// a credential, app or token, was enrolled later. They can sign in anew and send it again.
        RESET_FOREIGN = "reset-foreign", 403, "It cannot have been done then";
        /// Nothing shows that it was recorded in a session of whoever is said to have done it: they can sign in and send it again. As an
        /// alarm without a refusal: it was recorded before the station bound its reports.
        REPORT_UNBOUND = "report-unbound", 403, "Nothing shows who recorded it";
        /// The report is not what was recorded in that session, or names somebody else than whose session it was.
        REPORT_ALTERED = "report-altered", 403, "It is not what was recorded";
        /// The signature counter went back: there may be a copy of the key.
        COUNTER_REGRESSED = "counter-regressed", 422, "The signature counter went back";
        /// What was signed says something that no longer holds.
        ACT_CHANGED = "act-changed", 409, "What was signed no longer holds";
        /// The credential is not known, or not this person's.
        CREDENTIAL_UNKNOWN = "credential-unknown", 404, "There is no such credential";
        /// The credential is enrolled already.
        CREDENTIAL_EXISTS = "credential-exists", 409, "The credential is enrolled already";
        /// A factor of this identifier is enrolled already.
        FACTOR_EXISTS = "factor-exists", 409, "There is such a factor already";
        /// The code is not right for this factor at that time.
        CODE_WRONG = "code-wrong", 422, "The code is not right";
        /// The secret does not open for this factor: sealed to a key that is gone, for somebody else, or damaged.
        SEAL_BROKEN = "seal-broken", 422, "The secret does not open";
        /// It is all that this person has: only a reset takes it away.
        LAST_FACTOR = "last-factor", 409, "It is the person's last factor";
        /// The test named as proof was not passed by this person within the last minutes.
        PROOF_MISSING = "proof-missing", 403, "The person did not prove a factor";
        /// The visit takes more than was shown in it before anything is added; the detail says what, and who may.
        AUTHORITY_NEEDED = "authority-needed", 403, "The visit takes more than was shown";
        /// No such visit of this operator at this station, or it has ended: identify the person anew.
        VISIT_OVER = "visit-over", 409, "There is no such visit any more";
        /// A visit takes a document: nobody is identified by a statement.
        NOT_IDENTIFIED = "not-identified", 403, "Nobody was identified";
        /// Nobody can call the person back: no number of theirs is on record, or it is there too short a time.
        NOT_CALLED = "not-called", 403, "No number to call back";
        /// The registry has no such method of identification. Of a factor that came of a ticket an alarm: it waits for its owner.
        METHOD_UNKNOWN = "method-unknown", 403, "Method of identification not known";
        /// Another identification was taken for this. Of a factor an alarm, no refusal: it waits for its owner.
        IDENTIFIED_OTHERWISE = "identified-otherwise", 409, "Identified otherwise";
        /// Nothing of that name waits for this person.
        NOT_WAITING = "not-waiting", 404, "Nothing of that name waits";
        /// No such token in stock, or somebody has it.
        TOKEN_UNAVAILABLE = "token-unavailable", 409, "The token is not in stock";
        /// No such factor of this person, or it was removed.
        FACTOR_UNKNOWN = "factor-unknown", 404, "There is no such factor";
        /// The factor is suspended: it opens and proves nothing.
        FACTOR_SUSPENDED = "factor-suspended", 403, "The factor is suspended";
        /// The factor is not suspended: there is nothing to lift.
        NOT_SUSPENDED = "not-suspended", 409, "The factor is not suspended";
        /// The factor is never valid again: it was stolen, or is suspected, or its 30 days are over.
        NEVER_LIFTED = "never-lifted", 403, "The suspension is not lifted any more";
        /// Of this person another reset is open: it is ended, or carried out, first.
        RESET_OPEN = "reset-open", 409, "Another reset is open";
        /// The reset does not stand where this can be done, or has expired: the detail says how it stands.
        RESET_OVER = "reset-over", 409, "The reset does not stand like that";
        /// Whoever asked for it or released it may not any more, or was changed since: nobody can carry it out.
        RESET_FALLEN = "reset-fallen", 409, "Nobody can carry the reset out any more";
        /// So many resets of this person were asked for within a day that none is any more; the detail says until when. As an alarm:
        /// many were asked for about one person, or by one agent.
        RESET_LIMIT = "reset-limit", 403, "Too many resets were asked for";
        /// The register of stock does not take it; the detail says why, who may, and what next.
        STOCK_REFUSED = "stock-refused", 409, "The register does not take it";
        /// The item is not as whoever did it saw it: something else was done with it meanwhile.
        STOCK_MOVED = "stock-moved", 409, "The item moved meanwhile";
        /// Another item has that identifier, or had that tag.
        IDENTIFIER_TAKEN = "identifier-taken", 409, "Another item has that identifier";
        /// The last name that was typed is not the person's.
        NAME_DIFFERS = "name-differs", 422, "The name is another one";
    }
    verdicts {
        /// The challenge's life is over.
        CHALLENGE_EXPIRED = "challenge-expired", 422, "The challenge has expired";
        /// The client data names another challenge.
        CHALLENGE_MISMATCH = "challenge-mismatch", 422, "The challenge is another one";
        /// The client data names another origin.
        ORIGIN_MISMATCH = "origin-mismatch", 422, "The origin is another one";
        /// The authenticator data is for another relying party.
        RP_MISMATCH = "rp-mismatch", 422, "The relying party is another one";
        /// The user-present flag is not set.
        USER_NOT_PRESENT = "user-not-present", 422, "Nobody touched the key";
        /// The user-verified flag is not set.
        USER_NOT_VERIFIED = "user-not-verified", 422, "The user was not verified";
        /// The algorithm was not offered.
        ALGORITHM_REFUSED = "algorithm-refused", 422, "The algorithm was not offered";
        /// The attestation statement does not verify, or is of a format that is not taken.
        ATTESTATION_INVALID = "attestation-invalid", 422, "The attestation does not verify";
        /// The attestation leads to no root that policy asks for.
        ATTESTATION_UNTRUSTED = "attestation-untrusted", 422, "The attestation is not trusted";
        /// A rule of the registry refuses keys of this kind; the detail says which, and why.
        KEY_REFUSED = "key-refused", 422, "Keys of this kind are refused";
        /// The credential can be copied off its authenticator.
        NOT_DEVICE_BOUND = "not-device-bound", 422, "The credential is not bound to a key";
        /// The response can't be read as WebAuthn's, or contradicts itself.
        RESPONSE_MALFORMED = "response-malformed", 422, "The key's response cannot be read";
        /// The signature is not by this credential.
        SIGNATURE_INVALID = "signature-invalid", 422, "The signature does not verify";
        /// The credential's key was reset, or the credential withdrawn: it opens nothing any more.
        CREDENTIAL_GONE = "credential-gone", 410, "The credential is gone";
        /// Since the station last heard of the person, they were enrolled on a key that may be this one.
        ENROLLED_SINCE = "enrolled-since", 409, "The person has been enrolled meanwhile";
        /// By its serial number the key is somebody else's.
        KEY_TAKEN = "key-taken", 409, "The key is somebody else's";
    }
    alarms {
        /// A person, or an administrator of their organisation, objected to the reset of their account.
        RESET_OBJECTED = "reset-objected";
        /// The operator was let in after the registry had ended their session.
        UNLOCK_AFTER_END = "unlock-after-end";
        /// What an operator did at a station was reported after their access had ended.
        REPORT_AFTER_END = "report-after-end";
        /// What was done at a station was reported more than 30 days later.
        REPORT_LATE = "report-late";
        /// Whoever is said to have done it stood by it in a later session of theirs.
        REPORT_VOUCHED = "report-vouched";
        /// A key does not hold what another key of its serial number is enrolled with.
        SERIAL_DISPUTED = "serial-disputed";
        /// A factor came under no visit, so that it waits for its owner.
        VISIT_MISSING = "visit-missing";
        /// A factor came after something of the person's factors had changed outside its visit; it waits.
        VISIT_OVERTAKEN = "visit-overtaken";
        /// A factor came of a ticket whose visit nothing proved; it waits.
        VISIT_UNPROVED = "visit-unproved";
        /// A factor came by an operator whose access has ended; it waits.
        VISIT_REVOKED = "visit-revoked";
        /// An operator served themself or their own organisation. What came of it waits; what ended by it has ended.
        VISIT_OWN = "visit-own";
        /// A factor came by somebody who had a hand in what its visit rests on: they released the reset, or made the key by which an
        /// administrator answered. It waits.
        VISIT_HAND = "visit-hand";
        /// A person said that one of the factors of their account is not theirs.
        FACTORS_DENIED = "factors-denied";
        /// One human suspended the sixth factor within a day, or ended it by a reset, a deletion or a withdrawal.
        MANY_SUSPENSIONS = "many-suspensions";
        /// One human ended other operators' visits with the sixth person within an hour, by receiving them.
        MANY_VISITS_TAKEN = "many-visits-taken";
        /// Somebody was lent a key again, right after another one or for more working days in all than one loan may be for.
        LENT_AGAIN = "lent-again";
        /// The reset of one key took credentials of more than one person.
        KEY_OF_SEVERAL = "key-of-several";
        /// The reset of a key named nothing of what is enrolled on a key of its serial number or tag.
        RESET_UNNAMED = "reset-unnamed";
        /// A key is said to be reset, or a credential deleted from it, that opened somebody's account, and the station was not told that a
        /// visit lets it, or its operator may not: it is suspended.
        TAKEN_UNPROVED = "taken-unproved";
        /// All factors of somebody that were older than a day went within a day, while there is a newer one.
        OLDER_FACTORS_GONE = "all-older-factors-gone";
        /// A reset was released at the very station where it was asked for, or where somebody else than its releaser was signed in.
        RELEASED_BESIDE = "released-beside";
        /// Whoever asked for a reset says that a second agent refused it beside them.
        REFUSED_BESIDE = "refused-beside";
        /// A reset that was asked for at a desk was carried out at another one, by somebody who had no part in it.
        CARRIED_OUT_ELSEWHERE = "carried-out-elsewhere";
        /// The registry's administrator let somebody release resets in a second agent's place for a while.
        DEPUTY_NAMED = "deputy-releaser";
        /// The registry's administrator lets resets of somebody's account be asked for again, although many were.
        RESETS_ALLOWED = "resets-allowed";
        /// What somebody is to be told did not reach an address of theirs, or the webhook, or they have no address; the detail says whether
        /// anything reached them.
        NOTICE_UNDELIVERABLE = "notice-undeliverable";
        /// An account of Customer Service was made or changed.
        SERVICE_ACCOUNT = "customer-service-account";
    }
}
