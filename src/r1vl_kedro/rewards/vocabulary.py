"""Words of which a sentence may be made that leaves the statement in it one.

A sentence may undo what it states in more ways than can be listed, so the words that do not are
listed: plain ones of geometry, algebra, charts, scenes and the sciences. A word that is missing
makes a true sentence count less; one that undoes a statement must not be here.
"""

import re
from functools import lru_cache

from r1vl_kedro.answers.units import read_units

_ENDINGS = re.compile(r"(?<=\w{3})(?:e|es|s|ed|ing)\Z")


def stem(word: str) -> str:
    """Return a word without the ending of a verb or plural.

    Example:
        >>> stem("triangles"), stem("dividing"), stem("used")
        ('triangl', 'divid', 'used')
    """
    return _ENDINGS.sub("", word)


THINGS = frozenset(map(stem, (
    "equation formula inequality identity relation expression function "
    "theorem rule law property answer result value solution root quantity variable number amount "
    "total sum difference product quotient remainder factor multiple power exponent logarithm "
    "fraction percentage ratio rate probability average mean mode median range variance parameter "
    "coordinate slope intercept length width height depth radius diameter inradius perimeter "
    "circumference area volume surface measure size base hypotenuse leg altitude angle arc sector "
    "side edge face vertex vertices diagonal line segment chord tangent secant axis point plane "
    "triangle quadrilateral square rectangle trapezoid parallelogram rhombus polygon pentagon "
    "hexagon circle semicircle prism cylinder cone sphere cube region figure graph diagram "
    "picture image map plot legend chart table row column digit unit tens hundreds ring color "
    "reason front few re speed velocity acceleration distance time mass weight force energy "
    "work pressure density charge current voltage resistance temperature frequency period "
    "concentration price cost profit interest discount age score population step case condition "
    "information statement fact way conclusion generality pythagoras pythagorean similarity "
    "similitude argument definition symmetry construction label "
).split()))  # fmt: skip
"""Stems of nouns that a label or symbol may stand behind: "triangle ABC", "radius r"."""
WHICH = frozenset(map(stem, (
    "large larger largest small smaller smallest long longer longest short shorter shortest great "
    "greatest big major minor whole shaded unshaded outer inner right isosceles equilateral "
    "missing regular positive negative real unknown final correct desired sought true possible red "
    "blue green yellow black white grey gray cosine sine cos sin tan cot log ln frac "
    "widehat overline "
    "text mathrm mathbf boldsymbol operatorname uparrow downarrow rightarrow leftrightarrow "
    "longrightarrow diamond prime "
).split()))  # fmt: skip
"""Stems of words that say which thing is meant."""
LEADING = THINGS | WHICH | frozenset(map(stem, (
    # Who and what.
    "we you us our my it its this that these those there here what one both each every all any "
    "same other such "
    # What is done.
    "is are was were be been has have had do does will must can may could let get got give given "
    "yield obtain used plugging setting putting getting cancelling find found see saw seen know "
    "known note notice observe recall remember conclude deduce infer derive imply implies meant "
    "follow show shown prove proven verify verified check confirm determine establish tell told "
    "say said read state come turn out become lead leave left make made form hold held equal "
    "represent correspond satisfy satisfies require reduce simplify simplifies compute calculate "
    "count add subtract divide multiply multiplied solve substitute plug insert put set define "
    "denote call use apply applies take taken write written rewrite express expand factorise "
    "factorize rearrange cancel combine equate halve identify result resulting evaluate drop draw "
    "isolate isolating cross substitution elimination factoring "
    # How, where and when.
    "of in on at to from by for with per between about into after under using through before "
    "clear clearly obvious evident evidently indeed also only exactly precisely simply easy "
    "easily directly immediately similar similarly likewise equivalently finally now again just "
    "carefully correctly algebraically graphically visually certainly surely definitely really "
    "first second third last next further previously either "
).split()))  # fmt: skip
"""Stems of the words that a statement may stand behind in its clause: of any other it is not known
what it makes of the statement ("pretend", "they erased", "might")."""
_BESIDE = frozenset(map(stem, (
    # Geometry.
    "corner center centre centered middle midpoint interior exterior end bottom top part piece "
    "pair section portion shape solid pyramid cuboid octagon heptagon decagon trapezium "
    "tetrahedron octahedron frustum disc disk annulus hoop ellipse parabola hyperbola curve kite "
    "radii axes bisector perpendicular parallel congruent adjacent opposite straight acute obtuse "
    "inscribed circumscribed circumcircle incircle circumradius semiperimeter central rectangular "
    "circular triangular hexagonal spherical cubic planar symmetric symmetrical symmetrically "
    "vertical vertically horizontal horizontally diagonally transversal supplementary "
    "complementary alternate intersection tangency origin quadrant meet touch lie connect join "
    "split bisect enclose surround rotate rotation reflect reflection translate translation "
    "mirror fold unfold net flat slant direction clockwise counterclockwise anticlockwise semi "
    "centroid orthocenter incenter circumcenter projection onto boundary outside inside outline "
    "extend passes angled semicircular intersect nonadjacent subtend coincide collinear "
    "concentric dashed dotted bold "
    # Numbers and algebra.
    "integer natural rational irrational odd even whole digits divisor multiplication addition "
    "subtraction division numerator denominator decimal term sequence series arithmetic geometric "
    "element set subset list pattern system linear quadratic cubic polynomial coefficient "
    "constant exponential logarithmic domain matrix array entry entries permutation combination "
    "arrangement arrange choice choose possibility possibilities outcome event distinct different "
    "identical respective remaining consecutive successive factorial maximum minimum maximal "
    "minimal maximise maximize minimise minimize half halves quarter double twice triple once "
    "integral derivative differentiate differentiating integrate vector scalar proportion "
    "proportional inverse common single least most nearest approximately rounded round nonzero "
    "zero greatest highest lowest tallest oldest youngest heaviest lightest equality fourth fifth "
    "sixth seventh eighth ninth tenth hundred hundredth thousand quantities operation properties "
    "distributive commutative associative consist consider considering divisible parity prime "
    "side scale degree radian "
    # Telling and linking.
    "moreover furthermore namely firstly secondly thirdly lastly alternatively respectively "
    "always well if although though too up down off away across along around together altogether "
    "overall else itself them their his her he she me within without above below behind beside "
    "besides near next over among toward towards against until during while both then thereby "
    "already still more less than yes done order question problem clue method approach help allow "
    "continue start begin finish repeat compare arrive reach need describe indicate label mark "
    "place position keep contain include cover fill fit complete create produce build share "
    "separate differ change vary varies belong depend perform treat focus initially external "
    "simplification closely upon inspection examine examining asked partially differently appear "
    "doing couple deal trace heron pigeonhole non fixture strategy alternative favorite favourite "
    "new newer close closer closest far distinct letting hand involve occupy survey surveyed "
    "neighbour neighbor according description scene rationale ignoring neglecting rejecting "
    "measurement back rest agree convenient useful enough necessary sufficient consistent simple "
    "basic main general particular certain special full empty entire partial left right leftmost "
    "rightmost topmost top upper lower end tabular hline align aligned array nd rd th st sqrt sim "
    "cong text "
    # Charts and tables.
    "bar slice pie axis scatter trend increase decrease grow rise fall drop cross label category "
    "categories data percent percentage year month week day hour minute second january february "
    "march april june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday today sale "
    # Scenes and counting.
    "cell grid box tile layer block ball object item thing cup coin card die dice marble bag "
    "basket bottle book page ticket apple orange candy candies stick matchstick button bead stone "
    "brick tower train bus car truck boat ladder ground house garden path road route wall floor "
    "roof door window pipe rope wire board sheet paper cloth strip ribbon string tree flower "
    "animal cat dog bird fish child children kid student people person team player friend boy "
    "girl man woman men women family families class classes school group hole city cities country "
    "countries town river island metal rubber matte shiny wood wooden glass plastic brown purple "
    "pink cyan violet gold silver tiny remove removal add buy sell spend pay earn cut fly flown "
    "walk run travel move roll carry carried weigh hide hidden visible paint coloured colored "
    "colour stack level game match win play round cost chose arrow edge old older young younger "
    # Sciences.
    "circuit resistor battery lamp bulb switch series kinetic potential friction spring lens "
    "magnet field wave heat thermal light liquid water gas ice cell organ membrane nucleus leaf "
    "root stem grass plant animal food web chain prey predator producer consumer herbivore "
    "carnivore species photosynthesis occur conserve conserved release absorb attract repel flow "
    "connect react reaction acid base salt metal ion atom molecule electron proton element "
    "compound mixture earth moon sun sea north south east west northern southern eastern western "
    "latitude longitude equator rain wind star chest pain fever pulse copper iron aluminum carbon "
    # People, bodies and clothes.
    "head hair face eye ear nose mouth neck arm hand finger leg knee foot feet shoulder back "
    "chest skin body bodies heart ventricle atrium valve lung liver kidney brain stomach bone "
    "muscle nerve blood vessel artery arteries vein hat cap shirt coat jacket dress skirt "
    "trousers pants shorts jeans shoe boot sock glove scarf tie glasses helmet uniform suit bag "
    "backpack umbrella ring watch sit stand wear hold ride drive swim jump climb throw catch kick "
    "hit eat drink cook sleep smile laugh talk lean rest carry push pull open close closed wait "
    "sing dance paint baby adult mother father parent brother sister son daughter uncle aunt "
    "grandmother grandfather teacher worker farmer driver doctor nurse chef soldier officer "
    "police customer visitor passenger guest resident citizen male female "
    # House, street and food.
    "room kitchen bathroom bedroom garage chair sofa couch bed desk shelf shelves lamp carpet "
    "curtain wall mirror clock phone computer laptop keyboard screen television camera bicycle "
    "bike motorcycle taxi van plane airplane airport helicopter ship ferry bridge street sidewalk "
    "corner sign pole fence gate bench fountain tower church shop store market restaurant hotel "
    "hospital library museum park zoo farm barn field beach lake ocean pond pool hill mountain "
    "valley desert forest wood sky cloud snow storm weather sand rock soil mud grass food bread "
    "cake pie pizza sandwich cheese egg milk tea coffee juice sugar salt rice pasta meat chicken "
    "beef pork fruit banana grape cherry strawberry lemon lime peach pear melon tomato potato "
    "carrot onion pepper bean corn nut chocolate cookie plate bowl fork knife spoon pan pot jar "
    "can tin carton packet bucket barrel tank horse cow pig sheep goat duck goose rabbit mouse "
    "mice rat lion tiger bear wolf fox deer elephant giraffe zebra monkey snake frog turtle "
    "insect bee butterfly spider worm hawk eagle owl parrot penguin whale shark dolphin shrimp "
    "toy doll kite balloon drum guitar piano violin ticket stamp envelope letter newspaper "
    "magazine pen pencil crayon marker eraser ruler scissors notebook folder chalk lollipop "
    "sticker badge medal trophy trophies prize gift rose tulip seed petal branch branches trunk "
    # Sport, trade and society.
    "football soccer basketball baseball tennis hockey chess race runner swimmer goal score lap "
    "track court stadium medals champion league tournament won lost win sold bought paid spent "
    "earned money dollar cent euro coin bank account loan tax budget revenue income expense "
    "expenses wage salary salaries trade export import demand supply production factory factories "
    "industry industries office manager employee staff member vote voter election party parties "
    "candidate government law war army treaty century decade history worth total subtotal charge "
    "fee bill discount refund deposit investment stock share "
    # Sciences.
    "mitochondria mitochondrion chloroplast ribosome cytoplasm vacuole enzyme protein dna rna "
    "gene allele chromosome genotype phenotype dominant recessive offspring mutation bacteria "
    "virus fungi fungus algae mammal reptile amphibian organism population habitat ecosystem "
    "climate biome energy glucose oxygen carbon dioxide nitrogen hydrogen helium sodium chlorine "
    "sulfur calcium water vapor steam solution solute solvent gas solid liquid boil freeze melt "
    "condense evaporate dissolve burn heat cool expand contract oxidize oxidise exothermic "
    "endothermic acidic basic neutral soluble magnetic electric electrical nuclear chemical "
    "physical mechanical gravitational elastic inelastic frictional gravity mass weight inertia "
    "momentum torque motion speed projectile incline ramp pulley lever wheel axle gear pendulum "
    "piston engine motor generator turbine transformer conductor insulator capacitor inductor "
    "diode transistor cable wire electrode anode cathode cation anion proton neutron photon "
    "nucleus orbit planet mars venus jupiter saturn comet galaxy rotation revolution eclipse tide "
    "season spring summer autumn winter equinox solstice crust mantle core volcano earthquake "
    "lava magma fault erosion sediment fossil layer image object lens focal ray beam shadow "
    "reflection refraction wavelength amplitude frequency pitch produce consume absorb emit "
    "transmit reflect refract convert transfer transport pump circulate breathe digest grow "
    "reproduce survive pollinate "
    # Adjectives that are seen or measured.
    "bright dark light heavy soft hard smooth rough sharp flat thick thin tall wide narrow deep "
    "shallow high low fast slow hot cold warm dry wet clean dirty full empty clear transparent "
    "opaque round curved straight bent broken wooden strong weak rich poor cheap expensive busy "
    "quiet loud near far equal unequal upward downward inward outward forward backward northward "
    "southward eastward westward upright sideways leftward rightward ascending descending "
    "increasing decreasing constant steady horizontal vertical parallel opening closing "
    "brightness colour colored striped spotted plain "
    # Working on.
    "million billion grew fell rose ran went came became began drew drove ate took threw swam "
    "stood sat wore wrote eliminate cancel isolate identify identifying simplify distribute "
    "collect group regroup reorder sort result resulting interval maps map shift stretch compress "
    "slide flip turn crosses cross reach touch remote given later dotted number numbered call "
    "called standing sitting walking running playing holding "
    # Places and first names.
    "america europe africa asia australia france germany berlin italy spain sweden norway china "
    "japan india canada mexico brazil london paris england ashley margot robin tom tim sam ben "
    "bob dan jim joe jack john james jane ann anna amy alice ella emma eva mary maria mia lisa "
    "lucy sue sara sarah kate peter paul mike david leo max lena ellie "
).split()))  # fmt: skip
"""Stems of further words of its sentence: of other clauses, and beside a noun phrase or sum."""
SOURCES = frozenset(map(stem, (
    "figure graph diagram picture image map plot legend chart table row column axis law theorem "
    "web formula rule definition question clue problem equation information inequality".split()
)))  # fmt: skip
"""What one may go by: "according to the table,"."""
_PLAIN = LEADING | _BESIDE
_SMALL = frozenset(
    "he ha hi ho ex ok oh ah um uh hm eh no so if me un go it is in on of or "
    "to up us we be by do as at an my".split()
)
_LABEL = re.compile(r"(?!bad|dead|hmm)(?:[a-e]{3,4}|[p-t]{3,4}|[w-z]{3,4}|[b-df-hj-np-tv-xz]{3,4})")
"""Three or four letters that are no word: points beside each other, or no vowel."""


@lru_cache(maxsize=1 << 14)
def plain(word: str) -> bool:
    """Tell whether a word leaves a statement one where it stands elsewhere in the sentence.

    Numbers, signs, variables, units and labels of two letters do: ``5``, ``x1``, ``cm``, ``ab``.
    """
    if not word.isalpha() or len(word) == 1 or stem(word) in _PLAIN:
        return True
    if word.endswith(("er", "est")) and word != "former":
        return stem(word.removesuffix("er").removesuffix("est")) in _PLAIN
    label = _LABEL.fullmatch(word) or (len(word) == 2 and word not in _SMALL)
    return bool(label) or bool(read_units(word))
