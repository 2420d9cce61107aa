//! Links and requests in general.

use super::{ASSERT, INFO, MAKE, SELECT, connect};
use crate::suite::{
    Key,
    raw::{bytes, flag, member},
};

pub fn a_ping_of_any_length_comes_back(key: &mut dyn Key) {
    let mut client = connect(key);
    for length in [1, 57, 58, 500, 1024] {
        let data: Vec<u8> = (0..length)
            .map(|i| u8::try_from(i % 251).unwrap())
            .collect();
        assert_eq!(client.exchange(0x01, &data), (0x01, data), "{length} bytes");
    }
}

pub fn an_unknown_link_command_is_an_error(key: &mut dyn Key) {
    let mut client = connect(key);
    assert_eq!(client.exchange(0x2a, b"?"), (0x3f, vec![0x01]));
}

pub fn a_channel_nobody_allocated_is_refused(key: &mut dyn Key) {
    let mut client = connect(key);
    client.channel ^= 0x5a5a;
    assert_eq!(client.exchange(0x01, b"?"), (0x3f, vec![0x0b]));
}

pub fn two_channels_take_turns(key: &mut dyn Key) {
    key.touch(false);
    let (mut one, mut two) = (connect(key), connect(key));
    assert_ne!(one.channel, two.channel);
    one.send_cbor(SELECT, None);
    assert_eq!(
        two.exchange(0x01, b"?"),
        (0x3f, vec![0x06]),
        "the other channel is told that the key is busy"
    );
    one.send(0x11, &[]);
    assert_eq!(one.cbor_reply().0, 0x2d);
    assert_eq!(two.exchange(0x01, b"?"), (0x01, b"?".to_vec()));
}

pub fn info_says_what_the_key_can(key: &mut dyn Key) {
    let mut client = connect(key);
    let (status, info) = client.plain(INFO);
    assert_eq!(status, 0);
    let versions = member(&info, 1).unwrap().as_array().unwrap();
    assert!(versions.contains(&"FIDO_2_1".into()), "{versions:?}");
    assert_eq!(bytes(&info, 3).len(), 16);
    let protocols = member(&info, 6).unwrap().as_array().unwrap();
    assert!(protocols.contains(&2.into()), "{protocols:?}");
    let options = member(&info, 4).unwrap();
    assert_eq!(flag(options, "clientPin"), Some(false));
    assert_eq!(flag(options, "pinUvAuthToken"), Some(true));
    assert_eq!(flag(options, "rk"), Some(true));
}

pub fn an_unknown_command_is_refused(key: &mut dyn Key) {
    assert_eq!(connect(key).plain(0x3d).0, 0x01);
}

pub fn broken_cbor_is_refused(key: &mut dyn Key) {
    let mut client = connect(key);
    for broken in [
        &[MAKE, 0xa1][..],
        &[MAKE, 0xa1, 0x01],
        &[ASSERT, 0xbf, 0x01],
    ] {
        let (command, reply) = client.exchange(0x10, broken);
        assert_eq!(command, 0x10);
        assert!(
            [0x11, 0x12, 0x14].contains(&reply[0]),
            "{broken:02x?} gives {:#04x}",
            reply[0]
        );
    }
}
