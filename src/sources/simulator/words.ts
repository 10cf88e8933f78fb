/** Word lists from which names and remarks are put together; none of them names a real runner or person. */

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

export const adjectives = list(`
  Amber Ancient Azure Bold Brisk Bronze Candid Cedar Clever Cobalt Copper Crimson Dapper Daring Dusty Eager
  Early Ember Fabled Faithful Flint Frosty Gentle Gilded Golden Granite Hazel Hidden Honest Hollow Humble Indigo
  Ivory Jaunty Jolly Keen Kindly Lively Lonely Lucky Lunar Marble Mellow Merry Midnight Misty Noble Northern
  Opal Patient Pepper Plucky Polished Proud Quiet Rapid Restless Rowdy Rustic Saffron Sandy Scarlet Silent Silver
  Sober Solar Southern Steady Stormy Sudden Sunny Tidal Timber Twilight Velvet Violet Wandering Western Wily Winter`);

export const nouns = list(`
  Acorn Anchor Anvil Arrow Atlas Badger Ballad Banner Beacon Bellbird Biscuit Bonfire Bramble Bridge Buckle Candle
  Canyon Captain Cascade Chapel Chorus Cinder Comet Compass Coral Cricket Current Cutlass Dancer Delta Drifter Drummer
  Echo Engine Falcon Fantail Fable Feather Ferry Fiddle Flagship Forest Fortune Garden Glacier Gully Hammer Harbour
  Harvest Heron Horizon Island Jester Juniper Kettle Kowhai Ladder Lantern Ledger Lighthouse Locket Magpie Mariner
  Meadow Melody Mirror Monarch Mountain Nomad Nugget Oracle Orchard Otter Paddock Parade Pebble Pilot Piper Prairie
  Puzzle Quarry Ranger Ripple Riddle Rocket Saddler Saga Sailor Shadow Signal Sonnet Sparrow Spinner Sprinter Stanza
  Summit Tempest Thistle Thunder Timpani Totara Trumpet Tui Valley Vessel Voyage Wagon Whistle Willow Windmill`);

export const firstNames = list(`
  Adele Alby Anika Arlo Bede Bronte Callum Cara Cormac Darcy Delia Edwin Elspeth Ewan Fergus Freya Gareth Greta Hana
  Hugo Imogen Ivo Jarrah Josie Kahu Keira Lachie Leila Linus Maeve Malachi Mere Mika Nadia Niall Orla Otis Petra Piri
  Quinn Rafe Rhona Rory Saskia Selwyn Tamsin Tane Thea Toby Una Vaughn Wiremu Yvette Zane`);

export const surnames = list(`
  Abernethy Alderton Ashby Barraclough Beckwith Birchall Brannigan Calloway Carrick Chadwick Colquhoun Cranleigh
  Dunmore Eastlake Elphick Fairweather Farnham Fenwick Galbraith Gillespie Greenhalgh Halloran Hargreaves Hinemoa
  Inglewood Jessop Kerrigan Kilbride Langford Lockhart Macready Marchbanks Merriwether Nankervis Norwood Oakshott
  Paterangi Penhaligon Pickersgill Quennell Rainsford Rawiri Redfern Rotherham Saltmarsh Selwood Stanhope Tamahori
  Thackeray Threlfall Underhill Vickery Wainwright Whitcombe Winterbourne Yarborough`);

export const sponsors = list(`
  Bayview Bluegum Brightwater Coastline Cornerstone Driftwood Fernleaf Foothills Greenfields Headland Highfield
  Homestead Ironbark Kauri Lakeside Longreach Millbrook Oakleigh Orchardist Pinewood Redgum Riverbend Rosebank
  Sandhills Seabreeze Springvale Stockyard Sunrise Tablelands Tussock Wattle Westbrook`);

export const trades = [
  'Builders',
  'Butchery',
  'Electrical',
  'Feeds',
  'Finance',
  'Garden Centre',
  'Homes',
  'Joinery',
  'Motors',
  'Plumbing',
  'Saddlery',
  'Stud',
  'Transport',
  'Vets',
];

export const colours = list(
  'Red White Black Gold Navy Emerald Orange Purple Maroon Teal Lime Pink Silver Brown',
);

export const silkMarks = [
  'stripes',
  'spots',
  'diamonds',
  'sash',
  'chevrons',
  'stars',
  'hoops',
  'braces',
  'halves',
  'checks',
];

export const gearItems = [
  'Blinkers',
  'Tongue Tie',
  'Nose Band',
  'Ear Muffs',
  'Winkers',
  'Cheeker',
  'Bar Plates',
  'Pacifiers',
];

/** Remarks of a form guide, about a runner whose name goes before them. */
export const remarks = [
  'led early last time and was run down late, which reads well for this',
  'found the line nicely from the back when resuming and strips fitter',
  'has drawn to get a soft run just off the speed and can figure in the finish',
  'was held up for clear running at a vital stage and deserves another chance',
  'comes through a stronger race than this and looks hard to hold out',
  'mixes form but goes well at the track and is one for the wider exotics',
  'steps up in trip, which should suit on what was seen two starts back',
  'has not been far away in three runs this time in and is overdue',
  'won a trial in good style and can make a bold showing first up',
  'drops in grade and meets these better at the weights',
];

/** What stewards note about a past start. */
export const stewardsNotes = [
  'Slow to begin and settled well back.',
  'Raced wide without cover throughout.',
  'Held up for clear running over the final 300 metres.',
  'Over-raced in the early and middle stages.',
  'Bumped on jumping away.',
  'Steadied when awkwardly placed on heels near the 600 metres.',
  'Hung in under pressure in the straight.',
  'Performance queried; a post-race veterinary examination found nothing amiss.',
];
