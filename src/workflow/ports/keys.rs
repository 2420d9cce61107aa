//! The port of the keys in the bay.

use async_trait::async_trait;

use super::{Around, Call, Desk, Port, port};
use crate::domain::care::{CredentialList, Fingerprint, Portrait, Setting, StoredCredential};
use crate::domain::{Bytes, KeyFacts, Pin};
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::workflow::{
    KeyFault, KeyTime, NewAssertion, NewCredential, NotMade, NotReset, Resident, Stop,
};

port! {
    /// The keys in the bay.
    pub trait Keys of Keys via around_key {
        looks:
        /// The keys in the bay now.
        fn keys(&self) -> Vec<KeyFacts>;
        /// How long the key took for the last operation.
        fn key_time(&self) -> KeyTime;
        /// How long ago a key was plugged in; `None`: it is out.
        fn plugged_for(&self, key: &KeyFacts) -> Option<std::time::Duration>;

        calls:
        /// Waits until the bay differs from `seen`; ends with [`Stop::Cancelled`] on cancel.
        fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop>;
        /// Lets the person choose by touching one of several keys; the others are released.
        fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop>;
        /// Makes a key blink, where it can.
        fn wink(&mut self, key: &KeyFacts) -> Result<(), KeyFault>;
        /// Reads the key's facts again, PIN retries included.
        fn facts(&mut self, key: &KeyFacts) -> Result<KeyFacts, KeyFault>;
        /// Everything that the key says of itself, read anew.
        fn portrait(&mut self, key: &KeyFacts) -> Result<Portrait, KeyFault>;
        /// Checks the PIN against the key, without a touch.
        fn verify_pin(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<(), KeyFault>;
        /// Sets the first PIN.
        fn set_pin(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), KeyFault>;
        /// Changes the PIN.
        fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault>;
        /// Which of these credentials the key holds, asked without a touch; `None`: none of them.
        fn holds(&mut self, key: &KeyFacts, rp_id: &str, ids: &[Descriptor]) -> Result<Option<Bytes>, KeyFault>;
        /// Whether it is the key with which the operator signed in, asked without a touch.
        fn is_operators_own(&mut self, key: &KeyFacts) -> Result<bool, KeyFault>;
        /// The discoverable credentials at this RP. [`KeyFault::Unsupported`] where the key can't tell.
        fn residents(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<Vec<Resident>, KeyFault>;
        /// Makes a credential: one touch. `client_data_hash` is SHA-256 of the client data. `None` for the PIN: built-in user verification.
        fn make_credential(&mut self, key: &KeyFacts, pin: Option<&Pin>, options: &CreationOptions, client_data_hash: [u8; 32]) -> Result<NewCredential, NotMade>;
        /// Signs: one touch.
        fn get_assertion(&mut self, key: &KeyFacts, pin: Option<&Pin>, options: &RequestOptions, client_data_hash: [u8; 32]) -> Result<NewAssertion, KeyFault>;
        /// Deletes a discoverable credential. [`KeyFault::Unsupported`] where the key can't.
        fn delete_credential(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str, id: &Bytes) -> Result<(), KeyFault>;
        /// Changes a setting. `None` for the PIN: the key has none, and lets anybody. Without a touch.
        fn configure(&mut self, key: &KeyFacts, pin: Option<&Pin>, setting: &Setting) -> Result<(), KeyFault>;
        /// Every discoverable credential, by RP. [`KeyFault::Unsupported`] where the key can't tell.
        fn credentials(&mut self, key: &KeyFacts, pin: &Pin) -> Result<CredentialList, KeyFault>;
        /// Changes the account's name on the key. [`KeyFault::Unsupported`] on preview keys, which lack this.
        fn rename_credential(&mut self, key: &KeyFacts, pin: &Pin, credential: &StoredCredential, name: &str) -> Result<(), KeyFault>;
        /// The fingerprints on the key. [`KeyFault::Unsupported`] where it has no sensor.
        fn fingerprints(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Vec<Fingerprint>, KeyFault>;
        /// Enrols a finger, telling each sample ([`Event::Finger`](crate::workflow::dialogue::Event::Finger)(super::super::dialogue::Event::Finger)); what the key calls it.
        fn enrol_fingerprint(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Bytes, KeyFault>;
        /// Names a fingerprint; as much of the name as the key keeps.
        fn name_fingerprint(&mut self, key: &KeyFacts, pin: &Pin, id: &Bytes, name: &str) -> Result<String, KeyFault>;
        /// Removes a fingerprint.
        fn remove_fingerprint(&mut self, key: &KeyFacts, pin: &Pin, id: &Bytes) -> Result<(), KeyFault>;
        /// Deletes everything on the key: one touch, or a long one.
        fn reset_key(&mut self, key: &KeyFacts) -> Result<(), NotReset>;
    }
}
