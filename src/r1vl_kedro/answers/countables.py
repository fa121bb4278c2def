"""Things that are counted, in the singular, by theme, beside those of `vocabulary`."""

from r1vl_kedro.answers.vocabulary import THINGS

COUNTABLES = THINGS - {"top", "bottom", "left", "right", "center", "centre"} | frozenset(
    (
        # People.
        "adult baby toddler kid pupil classmate friend guest visitor tourist traveller passenger "
        "driver customer client member participant employee worker manager nurse patient farmer "
        "soldier guard pirate knight prince dancer singer runner swimmer cyclist athlete winner "
        "brother sister son daughter parent twin couple family voter respondent inhabitant "
        "citizen "
        # Animals and plants.
        "pet puppy kitten hen chicken rooster goose turkey wolf frog toad lizard bee wasp ant fly "
        "butterfly moth spider worm snail penguin owl crow parrot pigeon whale shark dolphin seal "
        "turtle camel donkey deer squirrel hamster insect leg wing tail feather petal leaf branch "
        "root seed rose tulip daisy lily bush shrub palm oak pine cactus mushroom nut berry "
        # Food.
        "pear cherry grape lemon lime peach plum strawberry blueberry melon mango pineapple kiwi "
        "tomato potato onion pepper cucumber egg burger cookie candy sweet chocolate muffin "
        "cupcake biscuit pancake pie pretzel doughnut bagel loaf roll slice serving meal drink "
        "can packet "
        # Things of daily life.
        "desk stool shelf drawer pillow blanket towel candle match matchstick toothpick stick "
        "straw bead copy button stamp sticker badge ribbon balloon doll puzzle robot drum guitar "
        "piano violin note ticket medal prize trophy gift present parcel package carton crate "
        "barrel basket bucket sack wallet purse key lock necklace bracelet earring sock boot "
        "scarf belt pocket pen pencil crayon marker eraser ruler notebook folder envelope letter "
        "newspaper magazine page poster picture camera radio computer tablet battery bulb switch "
        "socket plug wheel tire gear bolt screw nail brick stone pebble shell plank board panel "
        "pane rope string bottle jar plate pan pot kettle tray lid mug cap glove mitten toy block "
        "marble "
        # Places and buildings.
        "village district province floor storey story stair step lane exit stop station airport "
        "apartment flat villa cottage barn tower castle temple museum library theatre cinema farm "
        "seat place spot site court yard bay island peninsula hill valley "
        # Transport.
        "truck lorry van taxi cab tram ship ferry canoe scooter helicopter rocket carriage wagon "
        # Games, school, work and money.
        "game set round race goal point run win loss score lap turn move throw shot jump toss "
        "test exam quiz lesson course grade mark question problem exercise chapter task vote "
        "answer mistake error guess attempt job project shift meeting visit trip journey order "
        "sale purchase share bill coin banknote check draw deck chip token card suit "
        # Time and occasions.
        "birthday holiday weekend night morning evening session break period "
        # Mathematics and writing.
        "factor divisor multiple prime integer solution zero variable coefficient constant "
        "element subset pair triple matrix row column vector path route arrangement combination "
        "permutation outcome possibility choice case way method time pattern diagonal vertex side "
        "square handshake weighing cut fold intersection crossing interval gap unit parallelogram "
        "trapezium hexagon heptagon octagon decagon dot star heart stripe ring loop knot circle "
        "oval crescent vowel consonant syllable word sentence paragraph line "
        # Science.
        "electron proton neutron nucleus molecule bond charge cell chromosome gene enzyme protein "
        "virus bacterium neuron species population organism planet moon comet galaxy wave crest "
        "trough node pulse magnet wire resistor capacitor inductor lens mirror ray pulley spring "
        "weight load particle photon isotope orbital "
    ).split()
)
"""A word that is none of these may be a verb: "7 fails"."""
