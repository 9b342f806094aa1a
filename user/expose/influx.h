/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a look has found in InfluxDB's line protocol: texts are tags, and so are the pid and the uid that tell one from
 * the other; numbers, truths and texts that change are fields with the keys and units of the records, each of one type
 * for ever.
 */
#ifndef DENET_EXPOSE_INFLUX_H
#define DENET_EXPOSE_INFLUX_H

#include <stddef.h>
#include <stdint.h>

#include "host/view.h"
#include "util/buf.h"

struct expose_influx_tag {
	const char *key;
	const char *value;
};

/* That a tag of one's own may be called so. */
bool expose_influx_is_key(const char *key);

/* "denet_container"; NULL for a record that is not sent. */
const char *expose_influx_measurement(const struct view_row *row);

/*
 * A line, with its newline; none where no figure is known. A tag that the record has itself comes first. ts_ms
 * becomes nanoseconds, the protocol's default.
 */
void expose_influx_append(struct buf *buf, const struct view_row *row,
			  const struct expose_influx_tag *tags, size_t tag_count, uint64_t ts_ms);

#endif
