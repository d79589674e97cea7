"""The template language and merge tags: render text with tags, with access to nothing but its scope.

`compiler.compile_template` (or `cache.compiled`) returns a `template.Template`; its ``render`` takes a
`scope.Scope` of values and a `budget.Budget` of limits. Every error is an `errors.TemplateError`.
"""
