//! What happens in the demo: three months of twelve projects, up to a minute ago.
//!
//! A beat says how many days ago it happens, at what time of that day, who does it, and what. On day 0 the time is how
//! long ago: so the story ends at the moment at which the demo begins.

use super::beat::Beat;
use super::beat::Deed::{Becomes, Join, Leave, Open, Project, Refused, Reveal, Say, Status, Store, Token, Whisper};
use crate::organisations::MembershipState::{Left, Suspended};
use crate::projects::ProjectRole::{Admin, Contributor, Viewer};
use crate::projects::Status::{Active, Archived, Delivered, OnHold, WaitingOnClient};

/// The story, project by project.
pub(super) const STORY: &[&[Beat]] =
    &[BOOKING, WINTER, WIFI, SHOP, CATALOGUE, DEALERS, RECORDS, REMINDERS, REFRESH, ORDERING, BRAND, DASHBOARD, PEOPLE];

/// The hero: a booking site that waits for photos.
const BOOKING: &[Beat] = &[
    Beat(
        82,
        "09:10",
        "maya",
        Project(
            "booking",
            "brightwater",
            "Booking site relaunch",
            "A booking site that works on a phone, before the ski season.",
        ),
    ),
    Beat(82, "09:14", "maya", Join("booking", "ana", Admin)),
    Beat(82, "09:14", "maya", Join("booking", "tom", Admin)),
    Beat(82, "09:15", "maya", Join("booking", "dana", Contributor)),
    Beat(82, "09:15", "maya", Join("booking", "jo", Contributor)),
    Beat(82, "09:16", "maya", Join("booking", "petra", Contributor)),
    Beat(82, "09:17", "maya", Join("booking", "nils", Contributor)),
    Beat(
        82,
        "09:25",
        "maya",
        Say(
            "booking",
            "Welcome, Petra. This page is where everything about the new site lives from now on: where it stands, what we say to each other, and the logins. If you can find it here, you do not have to search your mail.",
        ),
    ),
    Beat(
        81,
        "08:02",
        "petra",
        Say("booking", "Thank you! I have told Nils to look here, too. He will read along; I will do the deciding."),
    ),
    Beat(
        80,
        "10:31",
        "ana",
        Status("booking", Active, "We have looked at the old site together and begun with the design."),
    ),
    Beat(
        79,
        "13:05",
        "tom",
        Say(
            "booking",
            "First question: do guests ever book more than one room at once? On the old site fewer than one in fifty did.",
        ),
    ),
    Beat(
        79,
        "15:48",
        "petra",
        Say("booking", "Almost only the cycling groups, and they call us anyway. Leave it out."),
    ),
    Beat(
        74,
        "09:40",
        "dana",
        Whisper(
            "booking",
            "The old booking system has no test account. I would ask for a copy of it rather than try things on the live one.",
        ),
    ),
    Beat(74, "09:55", "ana", Whisper("booking", "Yes. Never on the live one. I will ask Petra.")),
    Beat(
        73,
        "11:20",
        "ana",
        Say(
            "booking",
            "Petra, may we have a copy of the booking system to try things on? The company that hosts it can make one in a few minutes.",
        ),
    ),
    Beat(72, "07:58", "petra", Say("booking", "Asked them this morning. They say Thursday.")),
    Beat(
        66,
        "16:12",
        "jo",
        Say(
            "booking",
            "The first sketches are in the folder. Three screens only: choose dates, choose a room, pay. Everything else is in the way.",
        ),
    ),
    Beat(
        65,
        "08:21",
        "petra",
        Say(
            "booking",
            "I showed them to the front desk. They asked where the button for dogs is. It is not a joke, every third guest brings one.",
        ),
    ),
    Beat(65, "09:02", "jo", Say("booking", "Then dogs get a place of their own. Thank you for asking them!")),
    Beat(
        58,
        "14:30",
        "petra",
        Store("booking", "dns", "DNS at the registrar", "brightwater-dns", "h7#Kq-vasser-1904-Lund"),
    ),
    Beat(
        58,
        "14:33",
        "petra",
        Say(
            "booking",
            "I have put the DNS login into the vault. Please do not let it out of there, the last agency had it in a spreadsheet.",
        ),
    ),
    Beat(58, "15:01", "tom", Say("booking", "It stays there. You see on its page who has looked at it, when and why.")),
    Beat(51, "10:44", "dana", Reveal("dns", "Looking up which name servers are in use")),
    Beat(
        47,
        "13:10",
        "dana",
        Say(
            "booking",
            "The name servers are fine. Moving one record will be enough on the day, and it takes about an hour to arrive everywhere.",
        ),
    ),
    Beat(
        44,
        "09:30",
        "tom",
        Store("booking", "copy", "Copy of the booking system", "halden-test", "paper-otter-canal-77"),
    ),
    Beat(44, "09:41", "jo", Reveal("copy", "Trying the calendar against real data")),
    Beat(
        40,
        "11:02",
        "jo",
        Say(
            "booking",
            "The calendar knows the real free rooms now. Try it on your phone; it should feel like one step, not three.",
        ),
    ),
    Beat(
        39,
        "18:22",
        "petra",
        Say("booking", "Tried it on the bus. I booked myself a room by mistake, which tells you it works."),
    ),
    Beat(39, "18:40", "jo", Say("booking", "Best bug report of the year. I have cancelled your room.")),
    Beat(
        31,
        "09:15",
        "ana",
        Status("booking", Active, "Design is done and you liked it. We are building the booking flow."),
    ),
    Beat(
        27,
        "15:05",
        "tom",
        Whisper("booking", "They asked for a second round on the homepage. Do we bill the extra round?"),
    ),
    Beat(27, "15:20", "ana", Whisper("booking", "The offer says two rounds. This would be the third.")),
    Beat(
        26,
        "08:50",
        "maya",
        Whisper(
            "booking",
            "Not this one. The dogs were our mistake, and it will be remembered. From the fourth on we bill.",
        ),
    ),
    Beat(
        20,
        "10:10",
        "nils",
        Say("booking", "Will the old links still work? We have 4,000 printed cards with one of them."),
    ),
    Beat(
        20,
        "10:35",
        "tom",
        Say(
            "booking",
            "They will. Every old address leads to the new page, including the one on the cards. I have a list and test each of them.",
        ),
    ),
    Beat(
        13,
        "09:00",
        "ana",
        Say("booking", "Homepage v3 is up on the test address. Same password as last time, it is in the vault."),
    ),
    Beat(
        12,
        "17:44",
        "petra",
        Say("booking", "Much better. The green button is still green, though. Our green is darker."),
    ),
    Beat(11, "08:15", "jo", Say("booking", "You are right, I had the old brand book. Done, have a look.")),
    Beat(
        8,
        "16:30",
        "dana",
        Say("booking", "This is my last week here. Ana and Tom know everything that I know; it was a pleasure, Petra."),
    ),
    Beat(8, "16:52", "petra", Say("booking", "All the best, Dana! Come and stay with us one day. Dogs welcome.")),
    Beat(
        5,
        "10:05",
        "ana",
        Say(
            "booking",
            "The texts are in. What we need now are the photos of the rooms, fourteen of them. As large as you have them; we make them small.",
        ),
    ),
    Beat(4, "12:12", "petra", Say("booking", "The photographer is with us on Wednesday. Friday is realistic.")),
    Beat(
        3,
        "09:20",
        "tom",
        Whisper(
            "booking",
            "Dana had seen the DNS login. We should ask Petra to change it before the launch, and say why.",
        ),
    ),
    Beat(
        3,
        "09:33",
        "ana",
        Whisper("booking", "I will ask her on Monday, in a call. Nobody likes to read that sentence in a message."),
    ),
    Beat(
        1,
        "15:30",
        "tom",
        Status("booking", WaitingOnClient, "We have finished the booking flow; we need the photos to go on."),
    ),
    Beat(
        0,
        "2:40",
        "petra",
        Say("booking", "Eleven of the fourteen are here, and they are lovely. May I send these first?"),
    ),
    Beat(0, "0:26", "ana", Reveal("dns", "Cut-over test for the launch on Thursday")),
];

const WINTER: &[Beat] = &[
    Beat(
        16,
        "11:00",
        "maya",
        Project(
            "winter",
            "brightwater",
            "Winter campaign",
            "Three ideas are on the table; tell us which one you like.",
        ),
    ),
    Beat(16, "11:02", "maya", Join("winter", "priya", Contributor)),
    Beat(16, "11:02", "maya", Join("winter", "petra", Contributor)),
    Beat(
        15,
        "09:12",
        "priya",
        Say(
            "winter",
            "Three ideas: “Stay in”, “The slow train”, “A dog's holiday”. Each with one picture and one sentence, so that you decide by heart and not by slide.",
        ),
    ),
    Beat(14, "19:05", "petra", Say("winter", "You know which one I like. I have to ask the owners all the same.")),
    Beat(
        9,
        "08:45",
        "priya",
        Say("winter", "Any word from the owners? For December we would have to book the first places this week."),
    ),
    Beat(7, "10:20", "petra", Say("winter", "They meet on Thursday. I will fight for the dog.")),
];

const WIFI: &[Beat] = &[
    Beat(
        88,
        "10:00",
        "ana",
        Project("wifi", "brightwater", "Guest Wi-Fi pages", "One page instead of five clicks, in four languages."),
    ),
    Beat(88, "10:03", "ana", Join("wifi", "marek", Contributor)),
    Beat(88, "10:03", "ana", Join("wifi", "nils", Contributor)),
    Beat(86, "09:00", "ana", Status("wifi", Active, "Marek has begun; you will see the first page this week.")),
    Beat(
        84,
        "14:00",
        "marek",
        Say(
            "wifi",
            "First page is ready to try in room 12 and in the lobby. The rest of the house still has the old one.",
        ),
    ),
    Beat(
        83,
        "21:10",
        "nils",
        Say(
            "wifi",
            "Works. The night porter asked me to thank you; he has explained the old page every evening for three years.",
        ),
    ),
    Beat(
        78,
        "16:00",
        "marek",
        Say("wifi", "All four languages are in, and the whole house has it since this afternoon."),
    ),
    Beat(
        77,
        "09:30",
        "ana",
        Status("wifi", Delivered, "It is in use in the whole house. Thank you, Nils, for the nights of testing."),
    ),
];

/// The shop: where Tom tries what is not his to do.
const SHOP: &[Beat] = &[
    Beat(
        61,
        "09:00",
        "ana",
        Project(
            "shop",
            "kestrel",
            "Shop migration",
            "The shop moves to a new system, with all its articles and customers.",
        ),
    ),
    Beat(61, "09:02", "ana", Join("shop", "tom", Contributor)),
    Beat(61, "09:02", "ana", Join("shop", "marek", Contributor)),
    Beat(61, "09:03", "ana", Join("shop", "ivo", Contributor)),
    Beat(61, "09:03", "ana", Join("shop", "ruth", Contributor)),
    Beat(61, "09:04", "ana", Join("shop", "sam", Contributor)),
    Beat(
        60,
        "10:30",
        "ana",
        Status("shop", Active, "We have begun with a copy of the old shop, to see what is in it."),
    ),
    Beat(
        59,
        "11:11",
        "marek",
        Say("shop", "2,140 articles, of which 380 have not been bought by anybody since 2021. Shall they come along?"),
    ),
    Beat(
        59,
        "12:40",
        "ruth",
        Say("shop", "Take them along. People still look for the old saddles, even if they do not buy them."),
    ),
    Beat(
        55,
        "09:05",
        "ivo",
        Whisper("shop", "The old system stores the customers' passwords in a way that I would rather not describe."),
    ),
    Beat(
        55,
        "09:30",
        "ana",
        Whisper("shop", "Then nobody's password moves. Everybody sets a new one. I will explain it to Ruth."),
    ),
    Beat(
        54,
        "10:00",
        "ana",
        Say(
            "shop",
            "One thing we decided for you, Ruth: your customers will be asked to set a new password. The old ones were not kept well enough to be taken along.",
        ),
    ),
    Beat(54, "10:20", "ruth", Say("shop", "I do not want to know. Thank you for telling me anyway.")),
    Beat(
        48,
        "15:00",
        "ruth",
        Store("shop", "payment", "Payment provider, test account", "kestrel-test", "tandem-sprocket-44-quay"),
    ),
    Beat(46, "10:10", "tom", Reveal("payment", "Connecting the new checkout")),
    Beat(
        45,
        "16:20",
        "tom",
        Say(
            "shop",
            "The new checkout takes a card in the test account. Sam, could you buy something and tell me where you hesitate?",
        ),
    ),
    Beat(
        44,
        "20:15",
        "sam",
        Say("shop", "Hesitated at “delivery instructions”. Thought it was required and wrote “no”."),
    ),
    Beat(43, "08:30", "tom", Say("shop", "It is folded away now unless somebody wants it. Good catch.")),
    Beat(
        33,
        "09:45",
        "marek",
        Say(
            "shop",
            "Customers are over: 6,912 accounts, 31 of them twice. Ruth, could you and Sam look through the 31 in the shop's own list?",
        ),
    ),
    Beat(
        32,
        "13:00",
        "sam",
        Say("shop", "Went through them. 28 are the same person, 3 are fathers and sons with the same name."),
    ),
    Beat(
        24,
        "10:00",
        "ana",
        Status(
            "shop",
            Active,
            "Articles and customers are over. Now the pictures, then the orders of the last two years.",
        ),
    ),
    Beat(
        18,
        "09:50",
        "marek",
        Whisper("shop", "The pictures are in eleven different sizes. I will need two more days than planned."),
    ),
    Beat(18, "10:15", "ana", Whisper("shop", "Take them. I will move the date by two days and say so.")),
    Beat(
        18,
        "10:40",
        "ana",
        Say(
            "shop",
            "We need two more days for the pictures, so the orders will be over on Friday instead of Wednesday. The launch does not move.",
        ),
    ),
    Beat(10, "14:05", "ruth", Say("shop", "The pictures look wonderful. Whoever did the chain rings has patience.")),
    Beat(10, "14:30", "marek", Say("shop", "Thank you. It was raining.")),
    Beat(2, "09:15", "ana", Status("shop", Active, "All 2,140 articles are over; the last pictures follow by Friday.")),
    Beat(
        1,
        "17:20",
        "sam",
        Say("shop", "Can we move the launch? Ruth is at the fair on the third, and nobody else may press the button."),
    ),
    Beat(0, "0:25", "tom", Refused(&Leave("shop", "ana"))),
    Beat(0, "0:58", "sam", Refused(&Open("booking"))),
];

const CATALOGUE: &[Beat] = &[
    Beat(
        35,
        "11:00",
        "ana",
        Project(
            "catalogue",
            "kestrel",
            "Spring catalogue",
            "Forty pages, printed and as a page, from one set of texts.",
        ),
    ),
    Beat(35, "11:01", "ana", Join("catalogue", "hugo", Admin)),
    Beat(35, "11:02", "ana", Join("catalogue", "ines", Contributor)),
    Beat(35, "11:03", "ana", Join("catalogue", "ruth", Contributor)),
    Beat(
        34,
        "09:20",
        "hugo",
        Say(
            "catalogue",
            "We begin with the order of the pages. I would put the touring bikes first: they are what people ask for in spring.",
        ),
    ),
    Beat(34, "12:02", "ruth", Say("catalogue", "Touring, then city, then children. Children's bikes sell themselves.")),
    Beat(29, "10:00", "hugo", Status("catalogue", Active, "The order of the pages is agreed; Inês is writing.")),
    Beat(
        21,
        "15:30",
        "ines",
        Say(
            "catalogue",
            "The first ten pages are written. I tried to say what a bike is for before I say what it has.",
        ),
    ),
    Beat(
        20,
        "09:10",
        "ruth",
        Say("catalogue", "Read them to my mother, who has never cared about gears. She wants the blue one."),
    ),
    Beat(
        6,
        "11:25",
        "ines",
        Say(
            "catalogue",
            "Thirty of forty. The page on repairs needs somebody who repairs; may I talk to your workshop?",
        ),
    ),
    Beat(6, "12:40", "ruth", Say("catalogue", "Ask for Bertie, after four. Bring cake.")),
];

const DEALERS: &[Beat] = &[
    Beat(
        12,
        "15:00",
        "maya",
        Project("dealers", "kestrel", "Dealer portal", "An offer for a place where your dealers order by themselves."),
    ),
    Beat(12, "15:02", "maya", Join("dealers", "ruth", Contributor)),
    Beat(
        12,
        "15:10",
        "maya",
        Say(
            "dealers",
            "Ruth, here is the offer we talked about. Two ways: a small one that is ready in March, and a large one that is not.",
        ),
    ),
    Beat(
        5,
        "08:55",
        "ruth",
        Say("dealers", "The small one, I think. I will read it once more on the train to the fair."),
    ),
];

const RECORDS: &[Beat] = &[
    Beat(
        50,
        "09:00",
        "ana",
        Project(
            "records",
            "mirabel",
            "Records move",
            "The patients' records move to a new house, without a day of closing.",
        ),
    ),
    Beat(50, "09:02", "ana", Join("records", "oskar", Contributor)),
    Beat(50, "09:02", "ana", Join("records", "amara", Contributor)),
    Beat(
        49,
        "10:00",
        "ana",
        Status("records", Active, "We are writing down what may be seen by whom, before anything moves."),
    ),
    Beat(
        42,
        "11:30",
        "oskar",
        Say(
            "records",
            "The plan has seven steps, and after each of them we can go back. Nothing is deleted in the old house before you say so in writing.",
        ),
    ),
    Beat(41, "13:15", "amara", Say("records", "That is the sentence our data protection officer wanted to read.")),
    Beat(
        36,
        "09:00",
        "oskar",
        Whisper(
            "records",
            "Nobody of us opens a record to “just look”. If we need a file to test with, we make one up.",
        ),
    ),
    Beat(
        28,
        "10:50",
        "amara",
        Say(
            "records",
            "The contract for the processing is still with our lawyers. Please do not touch any record until it is signed.",
        ),
    ),
    Beat(28, "11:20", "ana", Status("records", OnHold, "We wait for the signed contract before we touch any record.")),
    Beat(
        9,
        "09:00",
        "ana",
        Say("records", "Is there anything in the contract that we should change? We would rather do that than wait."),
    ),
    Beat(
        9,
        "16:45",
        "amara",
        Say("records", "One clause about who is told first when something goes wrong. You will have it this week."),
    ),
];

/// Not every client writes English.
const REMINDERS: &[Beat] = &[
    Beat(
        57,
        "08:30",
        "ana",
        Project(
            "reminders",
            "mirabel",
            "Terminerinnerungen",
            "Patienten bekommen zwei Tage vorher eine Nachricht, ohne dass darin steht, worum es geht.",
        ),
    ),
    Beat(57, "08:32", "ana", Join("reminders", "lena", Admin)),
    Beat(57, "08:33", "ana", Join("reminders", "felix", Contributor)),
    Beat(57, "08:34", "ana", Join("reminders", "amara", Contributor)),
    Beat(57, "08:35", "ana", Join("reminders", "oskar", Viewer)),
    Beat(
        56,
        "09:05",
        "lena",
        Say(
            "reminders",
            "Guten Morgen, Herr Brunner. Wir fangen mit den Texten an: Was darf in einer Erinnerung stehen, wenn jemand anderes aufs Telefon schaut?",
        ),
    ),
    Beat(
        56,
        "12:40",
        "felix",
        Say("reminders", "Nur Tag, Uhrzeit und unsere Telefonnummer. Nicht die Abteilung, das ist der wunde Punkt."),
    ),
    Beat(53, "10:00", "lena", Status("reminders", Active, "Die Texte stehen fest; jetzt bauen wir den Versand.")),
    Beat(
        43,
        "14:15",
        "felix",
        Store("reminders", "sms", "Zugang zum SMS-Dienst", "mirabel-termine", "Birnbaum-sieben-Laterne-9"),
    ),
    Beat(43, "14:40", "lena", Reveal("sms", "Versand an das Testtelefon einrichten")),
    Beat(
        42,
        "09:30",
        "lena",
        Say(
            "reminders",
            "Das Testtelefon in der Anmeldung hat heute früh drei Nachrichten bekommen. Bitte einmal absagen und schauen, ob der Termin frei wird.",
        ),
    ),
    Beat(
        42,
        "11:05",
        "felix",
        Say("reminders", "Abgesagt, Termin ist frei, Frau Huber in der Anmeldung ist begeistert."),
    ),
    Beat(
        22,
        "15:20",
        "felix",
        Say(
            "reminders",
            "Eine Patientin fragt, ob sie die Erinnerung auch am Vortag bekommen kann. Geht das pro Person?",
        ),
    ),
    Beat(
        21,
        "08:55",
        "lena",
        Say(
            "reminders",
            "Ja, ab nächster Woche: zwei Tage, einen Tag oder gar nicht. Gar nicht ist wichtig, sonst ist es keine Wahl.",
        ),
    ),
    Beat(
        7,
        "13:30",
        "felix",
        Say("reminders", "Von 212 Terminen im Oktober wurden sechs vergessen. Vorher waren es über zwanzig."),
    ),
    Beat(
        4,
        "09:00",
        "lena",
        Status("reminders", Active, "Läuft in zwei von drei Häusern; das dritte folgt nach den Feiertagen."),
    ),
];

const REFRESH: &[Beat] = &[
    Beat(
        89,
        "12:00",
        "ana",
        Project("refresh", "mirabel", "Website refresh", "New texts and pictures for the old site."),
    ),
    Beat(89, "12:02", "ana", Join("refresh", "priya", Contributor)),
    Beat(89, "12:02", "ana", Join("refresh", "amara", Contributor)),
    Beat(
        87,
        "09:00",
        "priya",
        Say(
            "refresh",
            "All pages have their new texts. The opening hours now stand in one place only, so they can no longer contradict each other.",
        ),
    ),
    Beat(85, "10:30", "amara", Say("refresh", "Read and agreed. You can close this one.")),
    Beat(85, "11:00", "ana", Status("refresh", Delivered, "The new texts are online.")),
    Beat(70, "09:00", "ana", Status("refresh", Archived, "Finished. Everything stays readable here.")),
    Beat(19, "11:40", "priya", Refused(&Say("refresh", "One more thing about the opening hours …"))),
];

const ORDERING: &[Beat] = &[
    Beat(
        64,
        "08:00",
        "nadia",
        Project("ordering", "mill", "Online ordering", "Order bread until nine in the evening, fetch it from six."),
    ),
    Beat(64, "08:02", "nadia", Join("ordering", "jo", Contributor)),
    Beat(64, "08:02", "nadia", Join("ordering", "carla", Contributor)),
    Beat(64, "08:03", "nadia", Join("ordering", "greta", Contributor)),
    Beat(
        63,
        "06:10",
        "greta",
        Say("ordering", "I write at six because that is when the oven is full. Answer when you are awake."),
    ),
    Beat(
        63,
        "09:30",
        "carla",
        Say("ordering", "Awake now. How many kinds of bread can somebody choose from on a normal day?"),
    ),
    Beat(62, "06:05", "greta", Say("ordering", "Nine. On Saturdays eleven. More would be showing off.")),
    Beat(52, "10:00", "nadia", Status("ordering", Active, "Design is agreed, Jo is building the basket.")),
    Beat(
        37,
        "15:00",
        "jo",
        Say(
            "ordering",
            "The basket works. If somebody orders the last rye, the next person sees it at once and is not disappointed at the counter.",
        ),
    ),
    Beat(
        36,
        "06:20",
        "greta",
        Say("ordering", "My husband tried to order two last ryes from two telephones. It did not let him. Well done."),
    ),
    Beat(
        11,
        "14:00",
        "ben",
        Say(
            "ordering",
            "We can open it to your regulars next week. Thirty people, by invitation, so that you see a normal morning first.",
        ),
    ),
    Beat(10, "06:02", "greta", Say("ordering", "I have the thirty already. They ask every day.")),
];

const BRAND: &[Beat] = &[
    Beat(
        86,
        "10:00",
        "nadia",
        Project("brand", "mill", "Brand refresh", "The old sign, drawn again so that it can be printed small."),
    ),
    Beat(86, "10:01", "nadia", Join("brand", "wim", Contributor)),
    Beat(86, "10:01", "nadia", Join("brand", "greta", Contributor)),
    Beat(
        80,
        "11:00",
        "wim",
        Say(
            "brand",
            "I traced the sign over your door. The painter in 1962 knew what he was doing; I only made the ears of wheat a little bolder.",
        ),
    ),
    Beat(79, "06:15", "greta", Say("brand", "My father painted it. He would have liked that sentence.")),
    Beat(71, "09:00", "nadia", Status("brand", Delivered, "Sign, bags and stamp are with the printer.")),
];

const DASHBOARD: &[Beat] = &[
    Beat(
        45,
        "09:00",
        "ben",
        Project(
            "dashboard",
            "northfell",
            "Member dashboard",
            "Each member sees what the turbines made and what they used.",
        ),
    ),
    Beat(45, "09:02", "ben", Join("dashboard", "jo", Contributor)),
    Beat(45, "09:02", "ben", Join("dashboard", "callum", Contributor)),
    Beat(44, "10:00", "ben", Status("dashboard", Active, "We are drawing the first screen.")),
    Beat(38, "13:20", "callum", Say("dashboard", "Please no green leaves. Everybody has green leaves.")),
    Beat(38, "13:45", "jo", Say("dashboard", "No leaves. Wind, as a line. It is what you have.")),
    Beat(
        25,
        "10:00",
        "callum",
        Store("dashboard", "meter", "Meter readings, read-only", "northfell-read", "gannet-basalt-51-harbour"),
    ),
    Beat(25, "11:30", "jo", Reveal("meter", "Reading last year for the first drawing")),
    Beat(
        15,
        "09:10",
        "jo",
        Say(
            "dashboard",
            "Here is last year as one line. You can see the storm in February, and the week when nobody was home in August.",
        ),
    ),
    Beat(
        14,
        "19:40",
        "callum",
        Say("dashboard", "My wife found the day on which we bought the freezer. It is a good line."),
    ),
    Beat(
        6,
        "10:30",
        "ben",
        Status("dashboard", WaitingOnClient, "We need the list of members who agreed to take part in the trial."),
    ),
    Beat(2, "08:20", "callum", Say("dashboard", "Forty have agreed, twelve have not answered. I will ring them.")),
];

/// Who comes and goes.
const PEOPLE: &[Beat] = &[
    Beat(33, "09:00", "tom", Token("Weekly report", &["project:look", "message:look"])),
    Beat(15, "16:00", "", Becomes("ivo", "halden", Suspended)),
    Beat(7, "17:00", "", Becomes("dana", "halden", Left)),
];
