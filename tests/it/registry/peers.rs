//! Codes of other implementations, over a simulated day: `tests/otp/run codes` makes them with pyotp and oathtool.

use std::path::Path;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use keydesk::domain::FactorId;
use keydesk::domain::factor::{Algorithm, CodeVerdict, TotpCode, TotpSettings};
use keydesk::totp::TotpSecret;

use super::phone::Phone;
use super::tokens::{assigned, stocked};
use super::world::World;

/// The day of the codes begins: 28 March 2027, UTC.
const DAY_S: i64 = 1_806_192_000;
const APP: &str = "4f6e6c7920666f72207465737473203a2d292121";
const TOKEN: &str = "6120746f6b656e2773207365656420666f72206120646179206f662074657374";

/// The code of each step of the day.
fn day(file: &str) -> Vec<TotpCode> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/codes");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    text.lines()
        .map(|line| TotpCode::parse(line).expect("a code"))
        .collect()
}

fn device(owner: &str, hex: &str, settings: TotpSettings) -> Phone {
    let secret = TotpSecret::from_hex(hex).unwrap_or_else(|why| panic!("{why}"));
    Phone::with(owner, secret, settings)
}

impl World {
    fn set_clock(&self, to: Timestamp) {
        let ahead = to.duration_since(Timestamp::now());
        self.clock_ahead_s.store(ahead.as_secs(), Ordering::SeqCst);
    }

    /// Has every tenth code of the day examined, at another moment of its step each time. All must be right, at no drift.
    async fn lives_through(&self, about: (&str, FactorId), codes: &[TotpCode], period_s: i64) {
        let mut offer = self.test_offer(about.0).await.id;
        let mut examined = 0;
        for (step, code) in (0_i64..).zip(codes).skip(10).step_by(10) {
            // Never so late in a step that it ends while the registry looks.
            let moment = DAY_S + step * period_s + 1 + step / 10 * 7 % (period_s - 8);
            self.set_clock(Timestamp::from_second(moment).unwrap());
            if examined % 6 == 0 {
                offer = self.test_offer(about.0).await.id;
            }
            let reply = self
                .examine(about, offer, vec![code.clone()])
                .await
                .unwrap();
            let right = CodeVerdict::Right { drift_steps: 0 };
            assert_eq!(reply.verdict, right, "step {step} of the day");
            examined += 1;
        }
        assert_eq!(examined, codes.len() / 10 - 1);
    }
}

/// The operator need not sign in anew on that day.
const SIGNED_IN: &str = "UPDATE session SET expires_ms = 9000000000000";

#[tokio::test]
async fn a_day_s_codes_of_pyotp_and_of_oathtool_are_right_for_an_app() {
    let world = World::new().await;
    world.sql(SIGNED_IN).await;
    for (person, file) in [("p-1", "pyotp.txt"), ("p-2", "oathtool.txt")] {
        let codes = day(file);
        let phone = device(person, APP, TotpSettings::APP);
        world.set_clock(Timestamp::from_second(DAY_S + 3).unwrap());
        let mut push = world.app_push(&world.offer(person).await, &phone);
        push.body.code = codes[0].clone();
        world.push_app(&push).await.unwrap();
        world
            .lives_through((person, phone.factor), &codes, 30)
            .await;
    }
}

#[tokio::test]
async fn a_day_s_codes_of_oathtool_are_right_for_a_token_of_other_settings() {
    let settings = TotpSettings {
        algorithm: Algorithm::Sha256,
        digits: 8,
        period_s: 60,
    };
    let world = World::new().await;
    let token = device("HT-1", TOKEN, settings);
    stocked(&world, &[&token]).await.unwrap();
    world.sql(SIGNED_IN).await;
    world.set_clock(Timestamp::from_second(DAY_S + 3).unwrap());
    let codes = day("oathtool-token.txt");
    let receipt = assigned(&world, "p-1", "HT-1", vec![codes[0].clone()]).await;
    let factor = receipt.unwrap().factor;
    world.lives_through(("p-1", factor), &codes, 60).await;
}
