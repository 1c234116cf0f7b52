using Lab;

namespace Appliance.Tests.Interop;

/// <summary>
/// Kamailio as the edge proxy: mutual TLS on both sides, its name in every route set, Via upon Via. What works straight must work through it, and its restart must cost no dialog.
/// </summary>
public sealed class KamailioTests(KamailioTests.Fixture fixture) : SceneTests(fixture), IClassFixture<KamailioTests.Fixture>
{
    /// <summary>Presence both ways, talk both ways, refusals, refreshes, endings.</summary>
    public static TheoryData<string> Scenes =>
    [
        "through-a-proxy-that-restarts", "the-whole-conversation", "im-started-by-lync", "im-started-by-xmpp", "im-delayed-answer", "im-glare", "im-session-refresh",
        "im-refused-by-lync", "lync-is-denied", "watch-refresh-and-silent-expiry", "watch-lost-by-lync", "watch-poll", "restart-keeps-everything",
    ];

    [Theory, MemberData(nameof(Scenes))]
    public Task Scene_plays_through_the_proxy(string scene) => PlayAsync(scene);

    public sealed class Fixture() : StageFixture(new StageOptions("lync2013") { UsesKamailio = true });
}
