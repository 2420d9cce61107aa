//! The software key against the suite for every CTAP 2.1 key.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use keydesk::{
    bay::soft::{Profile, SoftKey, TouchPolicy},
    ctap::Transport,
};

use crate::{suite, suite_tests};

struct Rig(SoftKey);

fn rig() -> Rig {
    Rig(SoftKey::new(Profile::full()))
}

impl suite::Key for Rig {
    fn open(&self) -> Box<dyn Transport> {
        Box::new(self.0.open().unwrap())
    }

    fn power_cycle(&mut self) {
        self.0.power_cycle();
    }

    fn touch(&self, always: bool) {
        self.0.set_touch(if always {
            TouchPolicy::Auto
        } else {
            TouchPolicy::Manual
        });
    }

    fn pass_time(&self, by: Duration) {
        self.0.advance(by);
    }
}

#[test]
fn thirty_two_keys_at_work_together_are_not_twins() {
    let keys = (0..32).map(|_| Box::new(rig()) as Box<dyn suite::Key>);
    suite::checks::keys_at_work_together_are_not_twins(keys.collect());
}

suite_tests! { rig;
    a_ping_of_any_length_comes_back,
    an_unknown_link_command_is_an_error,
    a_channel_nobody_allocated_is_refused,
    two_channels_take_turns,
    info_says_what_the_key_can,
    an_unknown_command_is_refused,
    broken_cbor_is_refused,
    a_pin_is_set_and_changed_with_both_protocols,
    a_pin_too_short_or_too_long_is_refused,
    three_wrong_pins_in_a_row_need_a_power_cycle,
    eight_wrong_pins_block_the_key_until_reset,
    a_token_needs_a_permission,
    a_token_of_no_rp_is_bound_to_the_first_it_serves,
    a_credential_is_made_and_asserted,
    an_unprotected_key_makes_credentials_without_a_token,
    a_protected_key_makes_no_discoverable_credential_without_a_token,
    the_first_known_algorithm_is_taken,
    an_excluded_credential_stops_a_second_one,
    a_token_of_another_rp_or_of_no_use_is_refused,
    a_token_makes_one_credential_only,
    the_newest_credential_is_asserted_first,
    the_same_user_again_replaces_the_credential,
    cred_protect_hides_a_credential_from_the_unverified,
    a_key_without_credentials_lists_none,
    hmac_secret_depends_on_the_salt_and_on_verification,
    credentials_are_listed_and_deleted,
    a_bound_token_deletes_credentials_of_its_rp,
    a_credential_that_is_not_there_cannot_be_deleted,
    a_users_names_are_updated,
    always_uv_asks_for_a_token_every_time,
    a_longer_minimum_forces_a_change_of_pin,
    a_change_of_pin_can_be_forced,
    settings_of_a_protected_key_take_the_right_token,
    an_unprotected_key_takes_settings_from_anybody_but_a_forced_change,
    always_uv_is_taken_off_an_unprotected_key_and_nothing_else_is,
    a_minimum_is_raised_and_never_lowered_but_by_a_reset,
    a_setting_that_no_key_has_is_refused,
    the_minimum_is_told_to_the_rps_named_last_and_to_no_other,
    more_rps_than_the_key_keeps_are_refused,
    an_enumeration_goes_on_only_where_one_has_begun,
    credentials_are_managed_with_their_token_only,
    credentials_without_a_token_are_nobodys_business,
    names_are_not_moved_to_another_user,
    each_credential_is_counted_and_takes_its_room,
    a_selection_waits_for_a_touch_and_says_so,
    a_cancelled_request_ends_at_once,
    a_reset_is_taken_soon_after_power_up_only,
}
