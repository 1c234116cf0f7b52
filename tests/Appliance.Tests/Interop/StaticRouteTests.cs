using Lab;

namespace Appliance.Tests.Interop;

/// <summary>The second form of deployment: a front end with a static route to the gateway as trusted application (field fact A5).</summary>
public sealed class StaticRouteTests(StaticRouteTests.Fixture fixture) : SceneTests(fixture), IClassFixture<StaticRouteTests.Fixture>
{
    public static TheoryData<string> Scenes =>
    [
        "a-user-on-neither-side", "static-route-replaces-the-host", "the-whole-conversation", "im-started-by-lync", "im-started-by-xmpp", "im-without-availability", "im-glare",
        "im-forms-we-refuse", "rich-text-is-reduced", "typing-both-ways-and-the-end", "xmpp-adds-lync-user", "lync-adds-xmpp-user", "watch-poll", "options-probe", "identities-that-are-none",
    ];

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays_over_the_static_route(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("lync2013") { EdgeArguments = ["--profile", "frontend"] });
}
