/** Racing code: thoroughbred, harness, greyhound. */
export type Code = 'T' | 'H' | 'G';
export type Country = 'NZ' | 'AUS' | 'HK';

export interface Track {
  readonly name: string;
  readonly state: string;
}

/** `VIC: Flemington, Caulfield; NSW: Randwick`. */
function tracksOf(text: string): Track[] {
  return text.split(';').flatMap((group) => {
    const [state = '', names = ''] = group.split(':').map((part) => part.trim());
    return names.split(',').map((name) => ({ name: name.trim(), state }));
  });
}

/** Real race tracks by country and racing code. */
export const tracks: Readonly<Record<Country, Readonly<Record<Code, readonly Track[]>>>> = {
  NZ: {
    T: tracksOf(
      'NZ: Ellerslie, Te Rapa, Trentham, Riccarton Park, Matamata, Hastings, Awapuni, Tauranga, Ruakaka, Otaki, Wingatui, Ascot Park, New Plymouth, Pukekohe Park',
    ),
    H: tracksOf(
      'NZ: Addington, Alexandra Park, Cambridge, Winton, Forbury Park, Ashburton, Manawatu, Rangiora, Methven',
    ),
    G: tracksOf(
      'NZ: Addington (G), Cambridge (G), Manukau, Wanganui (G), Palmerston North (G), Ascot Park (G), Hatrick',
    ),
  },
  AUS: {
    T: tracksOf(`VIC: Flemington, Caulfield, Moonee Valley, Sandown, Cranbourne, Bendigo, Ballarat, Geelong;
      NSW: Randwick, Rosehill, Warwick Farm, Kembla Grange, Newcastle, Gosford, Scone, Grafton;
      QLD: Eagle Farm, Doomben, Ipswich, Gold Coast, Toowoomba; SA: Morphettville, Murray Bridge, Gawler;
      WA: Ascot, Belmont, Bunbury; TAS: Elwick, Mowbray; NT: Fannie Bay; ACT: Canberra`),
    H: tracksOf(`VIC: Melton, Kilmore, Shepparton, Bendigo, Ballarat; NSW: Menangle, Penrith, Newcastle, Bathurst;
      QLD: Albion Park, Redcliffe; SA: Globe Derby, Port Pirie; WA: Gloucester Park, Pinjarra; TAS: Launceston`),
    G: tracksOf(`VIC: The Meadows, Sandown Park, Warragul, Sale, Horsham, Warrnambool, Shepparton, Traralgon;
      NSW: Wentworth Park, Dapto, Richmond, Gunnedah, Casino, Grafton, Nowra, Bulli;
      QLD: Albion Park, Rockhampton, Capalaba; SA: Angle Park, Mount Gambier, Gawler;
      WA: Cannington, Mandurah, Northam; TAS: Hobart, Launceston; NT: Darwin`),
  },
  HK: { T: tracksOf('HK: Happy Valley, Sha Tin'), H: [], G: [] },
};
