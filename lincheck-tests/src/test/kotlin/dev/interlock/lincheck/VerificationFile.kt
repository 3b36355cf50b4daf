package dev.interlock.lincheck
import dev.interlock.verification.VerificationRow
internal object VerificationFile { fun add(row: VerificationRow) { println("${row.structure} ${row.check} ${row.scenarios} ${row.invocations} ${row.result} ${row.seconds}") } }
