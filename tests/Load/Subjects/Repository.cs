namespace Load.Subjects;

/// <summary>The folder that holds Gateway.sln.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Gateway.sln"))) return folder.FullName;
        throw new LoadFailureException("Gateway.sln was not found above " + AppContext.BaseDirectory);
    }
}
