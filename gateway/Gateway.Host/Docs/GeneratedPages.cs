namespace Gateway.Host.Docs;

/// <summary>The pages of <c>docs/</c> that are made from the program; a test compares them with the files.</summary>
public static class GeneratedPages
{
    /// <summary>Name and text of each page. <paramref name="root"/> is the source tree, for the page that is read from sources.</summary>
    public static async Task<IReadOnlyList<(string Name, string Text)>> AllAsync(string root)
    {
        var pages = new List<(string, string)>
        {
            ("reasons.md", ReasonsPage.Write()),
            ("settings.md", SettingsPage.Write()),
            ("metrics.md", await MetricsPage.WriteAsync()),
            ("appliance.schema.json", Configuration.ConfigurationSchema.Write() + "\n"),
        };
        if (ConformancePage.Write(root) is { } conformance) pages.Add(("conformance.md", conformance));
        return pages;
    }
}
