"""Things that are counted, in the singular, by theme: those of `vocabulary` and further ones."""

from r1vl_kedro.answers.vocabulary import THINGS

COUNTABLES = THINGS - {"top", "bottom", "left", "right", "center", "centre"} | frozenset(
    (
        # People.
        "adult baby toddler kid pupil classmate friend guest visitor tourist traveller passenger "
        "driver customer client member participant employee worker manager nurse patient farmer "
        "soldier guard pirate knight prince dancer singer runner swimmer cyclist athlete brother "
        "sister son daughter parent twin couple voter respondent inhabitant citizen "
        # Animals and plants.
        "pet puppy kitten hen chicken rooster goose turkey wolf frog toad lizard bee wasp ant fly "
        "butterfly moth spider worm snail penguin owl crow parrot pigeon whale shark dolphin seal "
        "turtle camel donkey deer squirrel hamster leg wing tail feather petal leaf branch seed "
        "rose tulip daisy lily bush shrub palm oak pine cactus mushroom nut berry "
        # Food.
        "pear cherry grape lemon lime peach plum strawberry blueberry melon mango pineapple kiwi "
        "tomato potato onion pepper cucumber egg burger cookie candy sweet chocolate muffin "
        "cupcake biscuit pancake pie pretzel doughnut bagel loaf roll serving can packet "
        # Things of daily life.
        "desk stool shelf drawer pillow blanket towel candle match matchstick toothpick stick "
        "straw bead copy button stamp sticker badge ribbon balloon doll puzzle robot drum guitar "
        "piano violin note ticket medal prize trophy gift present parcel package carton crate "
        "barrel basket bucket sack wallet purse key lock necklace bracelet earring sock boot "
        "scarf belt pocket pen pencil crayon marker eraser ruler notebook folder envelope "
        "newspaper magazine page poster camera radio computer tablet battery bulb switch socket "
        "plug wheel tire gear bolt screw nail brick stone pebble shell plank board pane rope "
        "string jar plate pan pot kettle tray lid mug cap mitten toy marble "
        # Places and buildings.
        "village district province storey story stair step exit stop station airport apartment "
        "flat villa cottage barn tower castle temple museum library theatre cinema farm seat spot "
        "site court yard bay peninsula hill valley "
        # Transport.
        "lorry van taxi cab tram ship ferry canoe scooter helicopter rocket carriage wagon "
        # Games, school, work and money.
        "game round race goal run win score lap turn move throw shot jump toss test exam quiz "
        "lesson course grade question problem exercise chapter task vote mistake error guess "
        "attempt job project shift meeting visit trip journey sale purchase bill banknote check "
        "draw deck chip token suit "
        # Time and occasions.
        "birthday holiday weekend night morning evening session break "
        # Mathematics and writing.
        "divisor multiple prime integer subset pair triple arrangement combination permutation "
        "outcome possibility way method handshake weighing cut fold crossing unit trapezium "
        "heptagon decagon dot heart stripe loop knot oval crescent vowel consonant syllable "
        "sentence paragraph "
        # Science.
        "electron proton neutron nucleus bond chromosome enzyme protein virus bacterium neuron "
        "comet galaxy wave crest trough pulse magnet resistor capacitor inductor lens mirror "
        "pulley spring load particle photon isotope orbital "
    ).split()
)
"""A word that is none of these may be a verb: "7 fails"."""
