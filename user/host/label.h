/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the path of a container does not say: only its runtime's files know. */
#ifndef DENET_HOST_LABEL_H
#define DENET_HOST_LABEL_H

#define LABEL_BYTES 256
#define LABEL_RUNTIME_BYTES 16

/* Any bytes, cut to their room; empty where it is not known. */
struct label {
	char name[LABEL_BYTES]; /* as its user gave it */
	char image[LABEL_BYTES];
	char pod[LABEL_BYTES]; /* of Kubernetes, as the next two */
	char pod_namespace[LABEL_BYTES];
	char container[LABEL_BYTES];
	char project[LABEL_BYTES]; /* of compose, as the next */
	char service[LABEL_BYTES];
	char runtime
		[LABEL_RUNTIME_BYTES]; /* where the path does not even say that it is a container */
};

#endif
