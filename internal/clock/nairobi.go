package clock

import "time"

// Nairobi is where the provider's days begin and end: Kenya has one time zone, and no summer time.
var Nairobi = time.FixedZone("Africa/Nairobi", 3*60*60)
