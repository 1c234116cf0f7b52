namespace Gateway.Host.Docs;

/// <summary>The pages of <c>docs/</c> that are made from the program; a test compares them with the files.</summary>
public static class GeneratedPages
{
    public static IReadOnlyList<(string Name, string Text)> All() =>
    [
        ("reasons.md", ReasonsPage.Write()),
        ("settings.md", SettingsPage.Write()),
        ("appliance.schema.json", Configuration.ConfigurationSchema.Write() + "\n"),
    ];
}
