"""Sentence templates and the words to fill them with: what an assistant says, with names, places,
things and numbers. data.py says what the marks (`#N`) stand for."""


def items(text):
    """Items between bars; lines may end after any bar."""
    return text.replace("\n", "").split("|")


NAMES = items("""\
Alice|Bob|Carol|David|Emma|Frank|Grace|Henry|Isabel|Jack|Karen|Liam|Maria|Noah|Olivia|Peter|Quinn|
Rachel|Sam|Tina|Victor|Wendy|Xavier|Yvonne|Zoe|James|Sarah|Michael|Anna|John|Emily|Daniel|Laura|
Thomas|Julia|William|Sophie|George|Hannah|Edward|Lucy|Charles|Nora|Oscar|Ruth|Simon|Claire|Martin|
Helen|Paul|Diana|Kevin|Megan|Brian|Amy|Steven|Linda|Eric|Susan|Adam|Rebecca|Jason|Nicole|Andrew|
Samantha|Patrick|Jennifer|Robert|Elizabeth|Mister Smith|Missus Jones|Doctor Brown|Professor Green|
Miss Taylor|Doctor Wilson|Mister Johnson""")

PLACES = items("""\
London|Paris|New York|Chicago|Boston|Seattle|Denver|Miami|Dallas|Toronto|Berlin|Madrid|Rome|Vienna|
Tokyo|Sydney|Dublin|Oslo|Athens|Cairo|Texas|California|Florida|Ohio|Georgia|Canada|Mexico|Germany|
France|Italy|Spain|Japan|China|India|Brazil|Australia|England|Scotland|Ireland|Norway|Sweden|Poland|
Turkey|Egypt|Kenya|Washington|Los Angeles|San Francisco|Philadelphia|Houston|Phoenix|Atlanta|
Detroit|Portland|Amsterdam|Brussels|Lisbon|Moscow|Beijing|Singapore|Hong Kong|Montreal|Vancouver|
Melbourne|Europe|Africa|Asia|America|Hawaii|Alaska|Virginia|Michigan|Colorado|Oregon|Arizona|Nevada|
Utah|Montana""")

THINGS = items("""\
book|car|house|phone|computer|table|chair|window|door|garden|kitchen|bicycle|camera|letter|package|
ticket|key|bag|coat|umbrella|lamp|clock|picture|map|newspaper|magazine|pencil|bottle|glass|cup|
plate|knife|fork|spoon|bowl|towel|blanket|pillow|mirror|bed|desk|printer|keyboard|screen|laptop|
tablet|battery|charger|cable|radio|television|piano|guitar|violin|drum|ball|kite|doll|puzzle|game|
shirt|dress|jacket|shoe|hat|glove|scarf|ring|necklace|watch|wallet|purse|suitcase|backpack|truck|
bus|train|plane|boat|ship|engine|wheel|road|bridge|tower|castle|church|school|office|store|market|
bank|hospital|hotel|restaurant|library|museum|theater|park|river|lake|mountain|forest|beach|island|
farm|village|city|street|building|apartment|room|bathroom|basement|garage|roof|wall|floor|ceiling|
stairs|elevator|machine|robot|rocket|satellite|telescope|microscope|medicine|bandage|thermometer|
password|message|email|document|report|contract|invoice|receipt|password manager|calendar|schedule|
budget|project|program|website|server|database|network|file|folder|update|button|microphone|speaker|
remote control|vacuum cleaner|dishwasher|refrigerator|oven|microwave|toaster""")

ANIMALS = items("""\
dog|cat|horse|cow|pig|sheep|goat|chicken|duck|goose|rabbit|mouse|rat|fox|wolf|bear|lion|tiger|
elephant|giraffe|zebra|monkey|gorilla|kangaroo|penguin|eagle|hawk|owl|crow|sparrow|pigeon|parrot|
swan|turtle|frog|snake|lizard|crocodile|shark|whale|dolphin|octopus|salmon|spider|bee|butterfly|ant|
beetle|worm|squirrel|deer|moose|buffalo|camel|donkey|raccoon|hedgehog|otter|seal|walrus""")

FOODS = items("""\
bread|butter|cheese|milk|eggs|rice|pasta|soup|salad|pizza|sandwiches|chicken|beef|fish|potatoes|
tomatoes|onions|carrots|apples|bananas|oranges|grapes|strawberries|lemons|chocolate|cookies|cake|
ice cream|honey|sugar|salt|pepper|coffee|tea|water|juice|wine|beer|olive oil|garlic|mushrooms|beans|
lentils|corn|pumpkin|spinach|broccoli|yogurt|cream|cinnamon|vanilla|peanut butter|pancakes|noodles|
shrimp|salmon|steak|sausages|bacon|cereal|oatmeal|blueberries|cherries|peaches|watermelon|pineapple|
almonds|walnuts""")

ADJECTIVES = items("""\
big|small|old|new|beautiful|ugly|happy|sad|quiet|loud|fast|slow|bright|dark|warm|cold|hot|cool|dry|
wet|clean|dirty|empty|full|heavy|light|strong|weak|rich|poor|young|famous|strange|wonderful|
terrible|amazing|simple|difficult|easy|expensive|cheap|dangerous|safe|careful|gentle|angry|tired|
hungry|thirsty|excited|nervous|brave|clever|curious|friendly|generous|honest|lazy|polite|patient|
serious|silly|smart|proud|lonely|lucky|delicious|fresh|sweet|sour|bitter|spicy|soft|hard|smooth|
rough|sharp|round|square|narrow|wide|deep|shallow|tall|short|long|thick|thin|green|blue|red|yellow|
purple|orange|brown|black|white|gray|pink|golden|silver|wooden|plastic|metal|electric|modern|
ancient|broken|perfect|ordinary|unusual|important|necessary|possible|impossible|public|private|
local|national|foreign|digital|natural|comfortable|enormous|tiny""")

VERBS = items("""\
find|buy|sell|fix|clean|carry|open|close|move|paint|build|break|bring|borrow|check|choose|collect|
count|cover|describe|design|destroy|discover|draw|drop|examine|explain|finish|forget|give|hide|hold|
ignore|improve|inspect|keep|lift|lose|measure|mention|need|notice|order|pull|push|recognize|
remember|remove|rent|repair|replace|return|see|send|share|show|start|steal|stop|study|take|test|
throw|touch|translate|trust|understand|use|visit|wash|watch|want|like|love|hate|prefer""")

PAST = items("""\
found|bought|sold|fixed|cleaned|carried|opened|closed|moved|painted|built|broke|brought|borrowed|
checked|chose|collected|counted|covered|described|designed|destroyed|discovered|drew|dropped|
examined|explained|finished|forgot|gave away|hid|held|ignored|improved|inspected|kept|lifted|lost|
measured|mentioned|needed|noticed|ordered|pulled|pushed|recognized|remembered|removed|rented|
repaired|replaced|returned|saw|sent|shared|showed us|started|stole|stopped|studied|took|tested|
threw away|touched|translated|trusted|understood|used|visited|washed|watched|wanted|liked|loved|
hated|preferred""")

JOBS = items("""\
teacher|doctor|nurse|lawyer|engineer|farmer|driver|pilot|soldier|sailor|artist|musician|singer|
actor|writer|journalist|scientist|chemist|dentist|plumber|carpenter|electrician|mechanic|baker|
butcher|cook|waiter|waitress|manager|director|secretary|accountant|banker|programmer|designer|
architect|librarian|policeman|detective|firefighter|judge|mayor|president|senator|governor|king|
queen|prince|princess|captain|general|professor|student|neighbor|stranger|customer|visitor|tourist|
passenger|gardener|photographer|veterinarian|psychologist|astronaut""")

DAYS = items("""\
Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday""")

MONTHS = items("""\
January|February|March|April|May|June|July|August|September|October|November|December""")

ADVERBS = items("""\
slowly|quickly|carefully|quietly|suddenly|finally|probably|certainly|usually|sometimes|always|never|
often|really|actually|recently|immediately|eventually|obviously|unfortunately|fortunately|honestly|
clearly|perhaps|maybe|apparently|definitely|gradually|occasionally|absolutely|exactly|especially""")

WEATHER = items("""\
sunny|cloudy|rainy|windy|foggy|snowy|stormy|humid|mild|freezing|partly cloudy|mostly clear|
warm and dry|cold and damp|hot and humid|cool and breezy|overcast with light showers""")

TIMES = items("""\
today|tomorrow|yesterday|tonight|this morning|this afternoon|this evening|next week|last week|
next month|last year|in the morning|in the evening|at noon|at midnight|right now|later|soon|
every day|on the weekend|after lunch|before dinner|in a few minutes|an hour ago|two days ago""")

TEMPLATES = """\
Hello, #N, how are you doing #I?
Hi #N, it's nice to meet you.
Good morning, #N.
Good evening, and welcome to #P.
Good afternoon, this is #N speaking.
Nice to see you again, #N!
How is the weather in #P #I?
The weather in #P is #W #I.
Expect #W weather in #P on #Y.
Today will be #W, with a high of #h degrees.
It is #n degrees outside and #W.
There is a #h percent chance of rain #I.
Tomorrow will be #W in #P, with temperatures around #h degrees.
Your appointment is at #C.
Your appointment with #N is on #Y at #C.
The meeting starts at #C on #Y.
The train to #P leaves at #C.
The next bus to #P arrives in #n minutes.
Flight #d #d #d to #P is now boarding at gate #n.
The #T is on the #T.
The #J #T is next to the #J #T.
I #D the #J #T #I.
#N #D a #J #T in #P.
Did you #V the #T #I?
Can you #V the #T for me?
Could you please #V the #J #T?
Please #V the #T and the #T.
Where did you #V that #J #T?
Why did #N #V the #T?
Who #D the #T?
When will you #V the #T?
What is the #J #T doing in the #T?
How many #As did you see in #P?
Is there a #T near the #T?
The #O #D the #T #R.
The #O from #P #D the #J #A.
My #O #D a #J #T on #Y.
A #J #O #D the #T and #D the #T.
The #A is #J and #J.
The #J #A ran across the #T.
Two #J #As were sleeping under the #T.
I saw a #J #A near the #T #I.
We had #F and #F for dinner.
I would like some #F, please.
Would you like #F or #F?
Add #n cups of #F and a little #F.
Mix the #F with the #F and stir #R.
Cook the #F for #n minutes, then add the #F.
We need #F, #F and #F from the store.
The recipe needs #n spoons of #F.
This #F tastes #J.
#N bought #F, #F, and #F at the market.
Turn left at the #T, then go straight for #n miles.
Turn right onto #N Street.
In #h feet, turn left.
Take the #o exit and continue toward #P.
You have arrived at the #T.
The #T is about #n miles from #P.
Go past the #T and cross the bridge.
Take the second left after the #T.
Your order number is #d #d #d #d.
My phone number is #d #d #d, #d #d #d #d.
The code is #d #d #d #d #d.
The total is #h dollars and #n cents.
It costs #h dollars.
The population is about #k.
The distance is #k miles.
In #y, #N moved to #P.
The #T was built in #y.
She was born on #M #o, #y.
The deadline is the #o of #M.
The answer is #h.
There are #h people in the #T.
#n plus #n equals #h.
Chapter #n, page #h.
About #h percent of the #Os agreed.
Room #h is on the #o floor.
I have set a timer for #n minutes.
I have set an alarm for #C.
Your reminder for #C has been saved.
The battery is at #h percent.
Your #T has been updated.
I'm sorry, I couldn't find that #T.
I'm afraid the #T is not available #I.
Sorry, something went wrong with the #T.
Okay, turning on the #T.
Okay, I've added #F to your shopping list.
Sure, here is the #T you asked for.
Let me check the #T for you.
Here are the results for #J #Ts in #P.
You have #n new messages.
You have a new message from #N.
#N sent you a #T #I.
Do you want me to #V the #T?
Please try again later.
Please wait a moment while I #V the #T.
Playing #J music in the #T.
Calling #N now.
The volume is set to #n.
#R, the #O #D the #T.
#R, I don't think #N will #V it.
I #R #V the #T #I.
They #R #D the #J #T.
If you #V the #T, the #O will #V it too.
Because it was #J, the #O #D the #T.
When the #T is #J, you should #V it.
Although #N was #J, the #O was #J.
I think that #N is #J.
#N said that the #T was too #J.
"It's #J," said #N.
"Did you #V it?" asked the #O.
I can't #V the #T without #N.
Don't #V the #J #T!
You shouldn't #V that #T.
It isn't #J at all.
That's a very #J #T.
What a #J #T!
How #J!
That sounds #J.
I'm feeling #J #I.
We're going to #P #I.
They've been living in #P since #y.
He'll #V it #I.
She'd rather #V the #T.
I've never been to #P.
You're #J and #J.
It's #C.
Let's #V the #T together.
There's a #J #T in the #T.
Here's the #T.
Who's the #O?
What's your name?
My name is #N.
I live in #P, near the #T.
I work as a #O in #P.
My favorite food is #F.
My favorite animal is the #A.
The capital of the country is not #P.
The #O announced #I that the #T will be #J.
Officials in #P said the #T was #J.
Police in #P are looking for a #J #T.
The price of #F rose #n percent in #M.
Scientists in #P have discovered a #J #A.
The #O of #P met with the #O of #P on #Y.
Voters in #P will choose a new #O in #M.
The #T closed #R on #Y.
A #J storm hit #P #I.
More than #h people visited the #T in #M.
The company plans to #V its #Ts in #P.
A new report says that #Fs are #J for #Os.
Our team won the game in #P #n to #n.
#w, #w, #w.
The #w is #w.
I know the word #w.
#w and #w
We talked about #w and #w #I.
The #w of the #w was #J.
Some people think #w is more #J than #w.
Is #w the same as #w?
#x or #x?
The #x #D the #x.
They will #V the #x #I.
Many #x were #J.
Nothing is as #J as #x.
#N asked about the #x.
The #J #x and the #J #x are in #P.
This is a #x, not a #x.
It looks like #x.
There was #x in the #T.
Yes.
No.
Maybe.
Thank you.
Thank you very much.
Thanks, #N.
You're welcome.
Goodbye.
Goodbye, #N.
See you #I.
See you on #Y.
Of course.
Sure.
Okay.
All right.
Excuse me.
I'm sorry.
No problem.
Congratulations!
Good luck!
Be careful!
Hurry up!
Wait a minute.
Just a moment, please.
What time is it?
Where are you?
What happened?
Are you ready?
How much is it?
I don't know.
I understand.
Let's go.
Come in.
Sit down, please.
Well done, #N!
Happy birthday, #N!
Merry Christmas!
Happy New Year!
Welcome home.
Good night, #N.
Hello.
Hello!
Hi there!
Hello there, #N.
Hello, world!
Testing, one, two, three.
This is a test.
One, two, three, four, five.
""".splitlines()

# With digits: the language model has to read those, too.
DIGIT_TEMPLATES = """\
It's #1 degrees outside.
The meeting is at #2:#3.
Call me at #4-#5.
In #6, the #T was built.
I need #1 #Fs.
The total is $#1.
Only #1% of the #Os agreed.
Room #4 is on floor #2.
Version #2.#2 is available.
There are #4 people in #P.
My number is #5.
It costs #4 dollars.
On #M #1, #6, #N moved to #P.
Add #1 cups of #F.
Flight #4 leaves at #2:#3.
Chapter #1.
#N is #1 years old.
The answer is #1.
Turn left in #4 feet.
We sold #5 #Ts in #6.
""".splitlines()
