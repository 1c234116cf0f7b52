using Lab;

namespace Appliance.Tests;

/// <summary>The one stage on which bad peers are refused: one after the other, so that each finds its own log line and sample.</summary>
[CollectionDefinition(nameof(RefusalStage))]
public sealed class RefusalStage() : StageFixture(new StageOptions("lync2013")), ICollectionFixture<RefusalStage>;
