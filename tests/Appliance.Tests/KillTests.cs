using Lab;
using Lab.Scenes;

namespace Appliance.Tests;

/// <summary>
/// The whole conversation with <c>kill -9</c> and a new start after each step in turn: no authorization is lost, nobody is asked twice, nothing answered is lost and nothing arrives twice.
/// </summary>
public abstract class KillSweep(StageFixture fixture)
{
    private static readonly Scene Conversation = SceneReader.Read(Path.Combine(Programs.RepositoryRoot, "interop-fixtures", "scenes", "the-whole-conversation.scene"));

    public static TheoryData<int, string> Steps
    {
        get
        {
            var data = new TheoryData<int, string>();
            // A kill on top of a request that nobody has answered yet may fail that request visibly, so steps that begin one are not among them; states and permissions heal.
            for (var i = 0; i < Conversation.Lines.Count; i++)
                if (Conversation.Lines[i].Verb == SceneVerb.Receives || Conversation.Lines[i].Word is "approve" or "presence" or "set-presence") data.Add(i, Conversation.Lines[i].Text);
            return data;
        }
    }

    [Theory, MemberData(nameof(Steps))]
    public Task Killed_after_a_step_the_conversation_goes_on(int step, string line)
    {
        _ = line;
        return new ScenePlayer(fixture.Stage).PlayAsync(Conversation, interruptAfter: step);
    }
}

/// <summary>The sweep with Lync 2013.</summary>
public sealed class KillTests(KillTests.Fixture fixture) : KillSweep(fixture), IClassFixture<KillTests.Fixture>
{
    public sealed class Fixture() : StageFixture(new StageOptions("lync2013"));
}

/// <summary>The sweep with Office Communications Server 2007 R2.</summary>
public sealed class Ocs2007R2KillTests(Ocs2007R2KillTests.Fixture fixture) : KillSweep(fixture), IClassFixture<Ocs2007R2KillTests.Fixture>
{
    public sealed class Fixture() : StageFixture(new StageOptions("ocs2007r2"));
}
