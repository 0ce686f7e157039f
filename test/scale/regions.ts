/**
 * Published round-trip times between ten cloud regions on six continents. Source: Microsoft, "Azure network round-trip
 * latency statistics", dataset of 30 July 2026 (95th percentile over the 30 days before),
 * https://learn.microsoft.com/azure/networking/azure-network-latency. Of the two directions of a pair the larger is
 * kept.
 */

/** In the order in which validators take them, so that four stand on four continents. */
export const regions = [
  'East US',
  'West Europe',
  'Southeast Asia',
  'Brazil South',
  'Japan East',
  'South Africa North',
  'West US 2',
  'Central India',
  'Australia East',
  'UAE North',
] as const;

/** Not in the source: between machines of one region, about what separates its data centres. */
export const withinRegionMs = 2;

/** ms; each row has the regions after its own, in the order above. */
const roundTripsMs: readonly (readonly number[])[] = [
  [91, 229, 121, 165, 226, 76, 218, 207, 191],
  [182, 191, 242, 171, 153, 153, 282, 124],
  [337, 74, 211, 165, 59, 98, 90],
  [275, 327, 179, 320, 298, 293],
  [255, 103, 129, 105, 155],
  [285, 134, 348, 105],
  [218, 180, 256],
  [152, 35],
  [182],
];

export const regionOf = (validator: number): number => validator % regions.length;

/** One way in ms: half of the round trip. @param from, to validators */
export function oneWayMs(from: number, to: number): number {
  const [low, high] = [regionOf(from), regionOf(to)].sort((left, right) => left - right) as [number, number];
  return (low === high ? withinRegionMs : roundTripsMs[low]![high - low - 1]!) / 2;
}
