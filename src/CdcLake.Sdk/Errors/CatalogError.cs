namespace CdcLake;

/// <summary>What a catalog objected to, the same for every kind of catalog.</summary>
public enum CatalogError
{
    /// <summary>Anything that has no word of its own: damaged metadata, a table of somebody else, an answer that makes no sense.</summary>
    Other,

    /// <summary>The request is one that the catalog does not understand or does not allow: a wrong name, an invalid value.</summary>
    BadRequest,

    /// <summary>Who asks is not known: a missing, wrong or expired credential.</summary>
    NotAuthenticated,

    /// <summary>Who asks is known and may not do this.</summary>
    Forbidden,

    /// <summary>There is no namespace of that name.</summary>
    NoSuchNamespace,

    /// <summary>There is no table of that name.</summary>
    NoSuchTable,

    /// <summary>A namespace or table of that name is there already.</summary>
    AlreadyExists,

    /// <summary>A namespace that still has tables or namespaces in it is not dropped.</summary>
    NamespaceNotEmpty,

    /// <summary>The catalog cannot do this at all.</summary>
    Unsupported,

    /// <summary>The catalog did not answer, or said that it cannot at the moment: the same request may succeed later.</summary>
    Unavailable,
}
