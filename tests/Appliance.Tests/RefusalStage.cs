using Lab;

namespace Appliance.Tests;

/// <summary>The one stage on which bad peers are refused: one after the other, so that each finds its own log line and sample.</summary>
[CollectionDefinition(nameof(RefusalStage))]
public sealed class RefusalStage() : StageFixture(new StageOptions("lync2013")
{
    // A fifth of it is what the error for a call that rings on has to open a stream in, and the machine may be busy.
    Adjust = document => document["limits"]!["drainSecondsMax"] = 40,
}), ICollectionFixture<RefusalStage>;
