// SPDX-License-Identifier: Apache-2.0
/** The service's workers: who may work on which partition, and what each of them is at. */
package io.kleaner.supervisor.cleaner;
