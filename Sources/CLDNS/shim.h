// <stdbool.h> comes first: without it ldns/common.h does `#define _Bool signed char`,
// and every Bool of libldns (and of later headers) arrives in Swift as Int8.
#include <stdbool.h>
#include <ldns/ldns.h>
