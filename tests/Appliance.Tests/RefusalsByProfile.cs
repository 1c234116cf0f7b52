using System.Text.Json.Nodes;
using Lab;

namespace Appliance.Tests;

/// <summary>Bad peers beside Lync 2013, on the stage where the other refusals play.</summary>
[Collection(nameof(RefusalStage))]
public sealed class SipRefusalTests(RefusalStage fixture) : SipRefusals(fixture);

/// <summary>Bad peers of the kind Office Communications Server 2007 R2.</summary>
public sealed class Ocs2007R2Refusals(Ocs2007R2Refusals.Fixture fixture) : SipRefusals(fixture), IClassFixture<Ocs2007R2Refusals.Fixture>
{
    public sealed class Fixture() : BadPeerFixture("ocs2007r2");
}

/// <summary>Bad peers of the kind Lync 2010.</summary>
public sealed class Lync2010Refusals(Lync2010Refusals.Fixture fixture) : SipRefusals(fixture), IClassFixture<Lync2010Refusals.Fixture>
{
    public sealed class Fixture() : BadPeerFixture("lync2010");
}

/// <summary>Bad peers of the kind Skype for Business 2015.</summary>
public sealed class Sfb2015Refusals(Sfb2015Refusals.Fixture fixture) : SipRefusals(fixture), IClassFixture<Sfb2015Refusals.Fixture>
{
    public sealed class Fixture() : BadPeerFixture("sfb2015");
}

/// <summary>A stage where the bad peer, too, is configured as a Microsoft generation: no profile may be more lenient than another.</summary>
public abstract class BadPeerFixture(string profile) : StageFixture(new StageOptions(profile) { Adjust = document => SetProfile(document, profile) })
{
    private static void SetProfile(JsonObject document, string profile) => document["peers"]!.AsArray().First(p => (string?)p!["name"] == "raw")!["profile"] = profile;
}
