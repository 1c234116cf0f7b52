using Lab;

namespace Appliance.Tests;

/// <summary>The scenes as Office Communications Server 2007 R2 plays them.</summary>
public sealed class Ocs2007R2Scenes(Ocs2007R2Scenes.Fixture fixture) : SceneTests(fixture), IClassFixture<Ocs2007R2Scenes.Fixture>
{
    public static TheoryData<string> Scenes => ScenesFor("ocs2007r2");

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("ocs2007r2"));
}

/// <summary>The scenes as Lync 2010 plays them.</summary>
public sealed class Lync2010Scenes(Lync2010Scenes.Fixture fixture) : SceneTests(fixture), IClassFixture<Lync2010Scenes.Fixture>
{
    public static TheoryData<string> Scenes => ScenesFor("lync2010");

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("lync2010"));
}

/// <summary>The scenes as Lync 2013 plays them.</summary>
public sealed class Lync2013Scenes(Lync2013Scenes.Fixture fixture) : SceneTests(fixture), IClassFixture<Lync2013Scenes.Fixture>
{
    public static TheoryData<string> Scenes => ScenesFor("lync2013");

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("lync2013"));
}

/// <summary>The scenes as Skype for Business 2015 plays them.</summary>
public sealed class Sfb2015Scenes(Sfb2015Scenes.Fixture fixture) : SceneTests(fixture), IClassFixture<Sfb2015Scenes.Fixture>
{
    public static TheoryData<string> Scenes => ScenesFor("sfb2015");

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("sfb2015"));
}

/// <summary>Every scene once more with an edge that pads, splits and joins its writes as it likes, and judges strictly what it gets.</summary>
public sealed class HostileWireScenes(HostileWireScenes.Fixture fixture) : SceneTests(fixture), IClassFixture<HostileWireScenes.Fixture>
{
    public static TheoryData<string> Scenes => ScenesFor("hostile");

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("lync2013") { EdgeArguments = ["--profile", "hostile"] });
}
