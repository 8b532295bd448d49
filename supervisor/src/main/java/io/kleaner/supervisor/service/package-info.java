// SPDX-License-Identifier: Apache-2.0
/** The supervisor's loop and the service around it. */
package io.kleaner.supervisor.service;
