use bytes::Bytes;
use proptest::prelude::*;

use crate::client::{Sent, framed};
use crate::world::World;

/// What goes wrong in practice: bytes at random, and messages with a byte changed, added or lost.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let any_bytes = proptest::collection::vec(any::<u8>(), 0..64);
    let message = proptest::collection::vec(any::<u8>(), 0..32);
    let valid = "[a-z.]{0,20}".prop_map(|name| crate::client::asks_for(&name));
    let bent = (valid.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut bytes, at, to)| {
            let at = at.index(bytes.len());
            bytes[at] = to;
            bytes
        },
    );
    let cut = (valid.clone(), any::<prop::sample::Index>()).prop_map(|(mut bytes, at)| {
        bytes.truncate(at.index(bytes.len()));
        bytes
    });
    prop_oneof![
        any_bytes,
        message.prop_map(|message| framed(&message)),
        valid,
        bent,
        cut
    ]
}

/// What the request is, said anew and by hand: a name, or nothing that can be read.
fn meaning(bytes: &[u8]) -> Option<String> {
    let [0, a, b, c, d, message @ ..] = bytes else {
        return None;
    };
    if u32::from_be_bytes([*a, *b, *c, *d]) as usize != message.len() {
        return None;
    }
    let (mut rest, mut name) = (message, String::new());
    while !rest.is_empty() {
        let (key, after) = varint(rest)?;
        let key = u32::try_from(key).ok()?;
        let (field, wire) = (key >> 3, key & 7);
        if field == 0 || (field == 1 && wire != 2) {
            return None;
        }
        rest = match wire {
            0 => varint(after)?.1,
            1 => after.get(8..)?,
            2 => {
                let (length, after) = varint(after)?;
                let (value, rest) = after.split_at_checked(usize::try_from(length).ok()?)?;
                if field == 1 {
                    name = String::from_utf8(value.to_vec()).ok()?;
                }
                rest
            }
            3 => group(after, field, 100)?,
            5 => after.get(4..)?,
            _ => return None,
        };
    }
    Some(name)
}

fn group(mut rest: &[u8], of: u32, depth: u32) -> Option<&[u8]> {
    depth.checked_sub(1)?;
    loop {
        let (key, after) = varint(rest)?;
        let key = u32::try_from(key).ok()?;
        let (field, wire) = (key >> 3, key & 7);
        if field == 0 {
            return None;
        }
        rest = match wire {
            0 => varint(after)?.1,
            1 => after.get(8..)?,
            2 => {
                let (length, after) = varint(after)?;
                after.get(usize::try_from(length).ok()?..)?
            }
            3 => group(after, field, depth - 1)?,
            4 => return (field == of).then_some(after),
            5 => after.get(4..)?,
            _ => return None,
        };
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        if at == 9 && *byte > 1 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn whatever_comes_is_understood_or_refused(bytes in bytes(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        thread_local! {
            static RUNTIME: (tokio::runtime::Runtime, std::cell::RefCell<World>) = {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
                let world = runtime.block_on(World::up());
                (runtime, std::cell::RefCell::new(world))
            };
        }
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| Bytes::copy_from_slice(&bytes[cut[0]..cut[1]])).collect();
        let sent = Sent { pieces, hangs: false };
        let (code, data) = RUNTIME.with(|(runtime, world)| {
            runtime.block_on(world.borrow_mut().call("Check", sent))
        });
        match meaning(&bytes).as_deref() {
            Some("" | "readiness" | "liveness" | "startup" | "shop.Orders") => prop_assert_eq!((code, data.len()), (0, 7)),
            Some(_) => prop_assert_eq!(code, 5),
            // A length that is too long is said as such, a compressed message only where the head says how.
            None => prop_assert!(matches!(code, 8 | 13), "{}", code),
        }
    }
}
