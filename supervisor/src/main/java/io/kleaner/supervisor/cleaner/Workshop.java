// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;

/**
 * What all workers share.
 *
 * @param disk each agent sees it through its lease
 * @param dirs log directories that were taken
 * @param options how they clean
 * @param throttle of all cleaners together
 * @param ledger what cleaners have claimed of the disks
 * @param board who works on what
 * @param events what they tell
 * @param report how the looks at log directories went
 * @param settings where topics' settings come from
 * @param taker takes log directories that could not be taken at the start
 */
public record Workshop(
    FileSystem disk,
    Clock clock,
    ServedDirs dirs,
    CleanerOptions options,
    Throttle throttle,
    SpaceLedger ledger,
    PartitionBoard board,
    WorkEvents events,
    ScanReport report,
    SettingsRefresh settings,
    DirTaker taker) {}
