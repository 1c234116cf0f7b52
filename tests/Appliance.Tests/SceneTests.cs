using Lab;
using Lab.Scenes;

namespace Appliance.Tests;

/// <summary>Every scene of <c>interop-fixtures/scenes</c> against the real executable, once for each profile it is meant for.</summary>
public abstract class SceneTests(StageFixture fixture)
{
    private static string Folder => Path.Combine(Programs.RepositoryRoot, "interop-fixtures", "scenes");

    protected Task PlayAsync(string scene) => new ScenePlayer(fixture.Stage).PlayAsync(SceneReader.Read(Path.Combine(Folder, scene + ".scene")));

    protected static TheoryData<string> ScenesFor(string profile)
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.scene").Order(StringComparer.Ordinal))
        {
            var scene = SceneReader.Read(file);
            if (scene.Profiles.Count == 0 || scene.Profiles.Contains(profile)) data.Add(scene.Name);
        }

        return data;
    }
}
